import type { AccessReply } from '../nas/access-accept.ts';
import { papProof } from '../nas/access-request.ts';
import type { RadiusServer } from '../nas/radius-client.ts';
import { askRadius, type QuestionDeps } from '../nas/radius-question.ts';
import type { Caller, Grant } from '../nas/session.ts';
import { formatId, type TableRow } from '../routeros/table.ts';
import { parseRouterTime } from '../routeros/time.ts';
import { listOf } from '../routeros/value-types.ts';
import type { DhcpClient, LeaseFailure } from './lease-request.ts';
import { StaticLeases } from './static-leases.ts';

/** What a client may have. `grant.address` or `grant.pool` says where its address comes from. */
export interface LeaseGrant {
  readonly grant: Grant;
  readonly leaseMs: number;
  /** The row somebody wrote down for it. */
  readonly row?: TableRow;
}

export type LeaseVerdict =
  | { readonly verdict: 'granted'; readonly lease: LeaseGrant }
  | { readonly verdict: 'refused'; readonly reason: LeaseFailure; readonly message?: string };

/** May this client have an address? A static lease first, then RADIUS if the server uses it, then the server's pool. */
export class LeaseAuthority {
  readonly #deps: QuestionDeps;
  readonly #static: StaticLeases;

  constructor(deps: QuestionDeps) {
    this.#deps = deps;
    this.#static = new StaticLeases(deps.database.table('/ip/dhcp-server/lease'));
  }

  /**
   * @param server row of the DHCP server that hears the client
   * @param caller what an Access-Request says of it; with the address it has, when it renews
   */
  async decide(client: DhcpClient, server: TableRow, caller: Caller): Promise<LeaseVerdict> {
    const row = this.staticFor(client, server);
    if (row?.values.get('block-access') === 'true') return refused('blocked');
    if (row !== undefined) return this.#fromRow(row, server);
    if (server.values.get('use-radius') === 'yes') return this.#askRadius(caller, server);
    const pool = poolOf(server);
    if (pool === undefined) return refused('static only');
    return granted({ grant: grantOf(server, { pool }), leaseMs: leaseMsOf(server) });
  }

  /** The enabled lease somebody wrote down for this client: one of this server's before one of all. */
  staticFor(client: DhcpClient, server: TableRow): TableRow | undefined {
    const own = formatId(server.id);
    const found = this.#static.for(client).filter((row) => ['all', own].includes(serverOf(row)));
    return found.find((row) => serverOf(row) === own) ?? found[0];
  }

  /** Whether an address is written down for somebody: no pool hands it out to others. */
  reserves(address: string): boolean {
    return this.#static.reserves(address);
  }

  #fromRow(row: TableRow, server: TableRow): LeaseVerdict {
    const { values } = row;
    const address = values.get('address') ?? poolOf(server);
    if (address === undefined) return refused('no address');
    const rateLimit = values.get('rate-limit') ?? '';
    const grant = grantOf(server, {
      ...(address.startsWith('*') ? { pool: address } : { address }),
      ...(rateLimit === '' ? {} : { rateLimit }),
      ...optionalField(values, 'insert-queue-before', 'queueBefore'),
      ...optionalField(values, 'parent-queue', 'parentQueue'),
      comment: values.get('comment') ?? '',
      addressLists: [...listsOf(server), ...listsOf(row)],
    });
    const own = parseRouterTime(values.get('lease-time') ?? '') ?? 0;
    return granted({ grant, row, leaseMs: own > 0 ? own : leaseMsOf(server) });
  }

  async #askRadius(caller: Caller, serverRow: TableRow): Promise<LeaseVerdict> {
    const answer = await askRadius(this.#deps, caller, papProof(this.#password(caller)));
    if (answer === undefined) return refused('radius timeout');
    const { reply, server } = answer;
    if (!reply.accepted) return refused('rejected', reply.replyMessage);
    return this.#fromReply(reply, server, serverRow);
  }

  /** `radius-password`: nothing is sent as one space. */
  #password({ username }: Caller): string {
    const password = this.#deps.database.settings('/ip/dhcp-server/config').values.get('radius-password') ?? 'empty';
    if (password === 'empty') return ' ';
    return password === 'same-as-user' ? username : password;
  }

  #fromReply(reply: AccessReply, server: RadiusServer, serverRow: TableRow): LeaseVerdict {
    const place = this.#placeFrom(reply, serverRow);
    if (place === undefined) return refused('no address', reply.framedPool && `no pool ${reply.framedPool}`);
    const { rateLimit, sessionTimeoutSeconds, addressLists, classes } = reply;
    const grant = grantOf(serverRow, {
      ...place,
      radius: true,
      server,
      classes,
      addressLists: [...listsOf(serverRow), ...addressLists],
      ...(rateLimit === undefined ? {} : { rateLimit }),
    });
    return granted({ grant, leaseMs: sessionTimeoutSeconds ? sessionTimeoutSeconds * 1000 : leaseMsOf(serverRow) });
  }

  /** Framed-IP-Address beats Framed-Pool, which beats the server's pool. */
  #placeFrom(reply: AccessReply, server: TableRow): Pick<Grant, 'address' | 'pool'> | undefined {
    const { framedIpAddress: address, framedPool } = reply;
    if (address !== undefined && !meansFromPool(address)) return { address };
    const named = framedPool === undefined ? undefined : this.#deps.database.table('/ip/pool').named(framedPool);
    const pool = framedPool === undefined ? poolOf(server) : named && formatId(named.id);
    return pool === undefined ? undefined : { pool };
  }
}

function serverOf({ values }: TableRow): string {
  return values.get('server') ?? 'all';
}

function poolOf({ values }: TableRow): string | undefined {
  const pool = values.get('address-pool') ?? 'static-only';
  return pool === 'static-only' ? undefined : pool;
}

function leaseMsOf({ values }: TableRow): number {
  return parseRouterTime(values.get('lease-time') ?? '') ?? 600_000;
}

function listsOf({ values }: TableRow): readonly string[] {
  return listOf(values.get('address-lists') ?? '').filter((list) => list !== '');
}

function grantOf(server: TableRow, more: Partial<Grant>): Grant {
  return {
    radius: false,
    classes: [],
    limitIn: 0n,
    limitOut: 0n,
    comment: '',
    queueBefore: server.values.get('insert-queue-before') ?? 'first',
    addressLists: listsOf(server),
    ...optionalField(server.values, 'parent-queue', 'parentQueue'),
    ...more,
  };
}

function optionalField(values: ReadonlyMap<string, string>, property: string, name: string): object {
  const value = values.get(property);
  return value === undefined ? {} : { [name]: value };
}

/** 127/8 and 224/3 mean: from the pool. */
function meansFromPool(address: string): boolean {
  const octet = Number(address.split('.')[0]);
  return octet === 127 || octet >= 224;
}

function granted(lease: LeaseGrant): LeaseVerdict {
  return { verdict: 'granted', lease };
}

function refused(reason: LeaseFailure, message?: string): LeaseVerdict {
  return { verdict: 'refused', reason, ...(message === undefined ? {} : { message }) };
}
