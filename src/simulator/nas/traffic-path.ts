import { isInRange } from '../address-range.ts';
import type { FastTrack } from '../firewall/fast-track.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { listOf } from '../routeros/value-types.ts';
import type { IpAccounting } from './ip-accounting.ts';
import { type Counts, type Session, sumOf } from './session.ts';
import type { TrafficPath } from './sessions.ts';

export interface RouterPathOptions {
  readonly database: Database;
  readonly fastTrack: FastTrack;
  /** Version 6 only. */
  readonly ipAccounting: IpAccounting | undefined;
}

/** Counts traffic where a router does: ports, queues, `/ip/accounting`. What FastTrack takes, only ports see. */
export class RouterPath implements TrafficPath {
  readonly #options: RouterPathOptions;

  constructor(options: RouterPathOptions) {
    this.#options = options;
  }

  carry(session: Session, traffic: Counts, peer: string | undefined): void {
    const { fastTrack, ipAccounting, database } = this.#options;
    const fast = fastTrack.shareOf(traffic);
    const slow = sumOf(traffic, negative(fast));
    session.fast = sumOf(session.fast, fast);
    const port = database.table('/interface').named(session.caller.port);
    if (port !== undefined) countAtPort(port, traffic, fast);
    this.#queue(session, slow);
    ipAccounting?.count(session, slow, peer);
  }

  /** Zero everywhere, as after a restart. */
  reboot(): void {
    const { database } = this.#options;
    for (const { values } of database.table('/interface').rows()) reset(values, portCounters, '0');
    for (const { values } of database.table('/queue/simple').rows()) resetQueue(values);
    for (const menu of ['filter', 'nat', 'mangle', 'raw']) {
      for (const { values } of database.table(`/ip/firewall/${menu}`).rows()) reset(values, ['bytes', 'packets'], '0');
    }
    this.#options.fastTrack.reboot();
    this.#options.ipAccounting?.reboot();
  }

  /** The first queue that matches has it, and those above that one. */
  #queue(session: Session, slow: Counts): void {
    const { database } = this.#options;
    for (const row of database.table('/queue/simple').rows()) {
      if (row.values.get('disabled') === 'true') continue;
      if (!listOf(row.values.get('target') ?? '').some((target) => isTarget(target, session))) continue;
      if (row.values.get('dynamic') === 'true') session.queued = sumOf(session.queued, slow);
      else countInQueue(row, slow);
      this.#countAbove(row, slow);
      return;
    }
  }

  #countAbove(row: TableRow, slow: Counts): void {
    let above = this.#options.database.referenced('/queue/simple', row.values.get('parent'));
    for (let depth = 0; above !== undefined && depth < 16; depth += 1) {
      countInQueue(above, slow);
      above = this.#options.database.referenced('/queue/simple', above.values.get('parent'));
    }
  }
}

const portCounters = [
  ...['rx-byte', 'tx-byte', 'rx-packet', 'tx-packet'],
  ...['fp-rx-byte', 'fp-tx-byte', 'fp-rx-packet', 'fp-tx-packet'],
];

/** `/interface reset-counters` on a port, and on a queue that somebody wrote. */
export function resetPort({ values }: TableRow): void {
  reset(values, portCounters, '0');
}

export function resetQueue(values: Map<string, string>): void {
  reset(values, ['bytes', 'packets', 'dropped'], '0/0');
  reset(values, ['total-bytes', 'total-packets', 'total-dropped'], '0');
}

function reset(values: Map<string, string>, names: readonly string[], zero: string): void {
  for (const name of names) if (values.has(name)) values.set(name, zero);
}

function isTarget(target: string, { address, label, caller }: Session): boolean {
  return target === label || target === caller.port || isInRange(address, target);
}

function countAtPort({ values }: TableRow, traffic: Counts, fast: Counts): void {
  for (const [prefix, counts] of [['', traffic] as const, ['fp-', fast] as const]) {
    add(values, `${prefix}rx-byte`, counts.upOctets);
    add(values, `${prefix}tx-byte`, counts.downOctets);
    add(values, `${prefix}rx-packet`, counts.upPackets);
    add(values, `${prefix}tx-packet`, counts.downPackets);
  }
}

function countInQueue({ values }: TableRow, { upOctets, downOctets, upPackets, downPackets }: Counts): void {
  addPair(values, 'bytes', upOctets, downOctets);
  addPair(values, 'packets', upPackets, downPackets);
  add(values, 'total-bytes', upOctets + downOctets);
  add(values, 'total-packets', upPackets + downPackets);
}

function add(values: Map<string, string>, name: string, count: bigint): void {
  values.set(name, String(BigInt(values.get(name) ?? '0') + count));
}

function addPair(values: Map<string, string>, name: string, up: bigint, down: bigint): void {
  const [before = '0', after = '0'] = (values.get(name) ?? '0/0').split('/');
  values.set(name, `${BigInt(before) + up}/${BigInt(after) + down}`);
}

function negative({ upOctets, downOctets, upPackets, downPackets }: Counts): Counts {
  return { upOctets: -upOctets, downOctets: -downOctets, upPackets: -upPackets, downPackets: -downPackets };
}
