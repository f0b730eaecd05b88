import { keyOf, keysUnder } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import type { Table, Write } from '../../store/table.ts';
import type { AccountingRecord, UserTotals } from '../event.ts';

type TotalsRow = UserTotals & { readonly username: string };

/** What readings waiting for their rows say, the newest of each. */
interface Waiting {
  /** By NAS, then by username. `undefined`: the router has no such user any more. */
  readonly totals: Map<string, Map<string, UserTotals | undefined>>;
  /** Snapshots by NAS. */
  readonly flows: Map<string, string>;
}

/** What readings of routers leave for the next beside sessions: written behind the journal, like these. */
export class ReadingRows {
  readonly #totals: Table<TotalsRow>;
  readonly #flows: Table<string>;
  #fresh = nothing();
  #settling = nothing();

  constructor(store: Pick<Store, 'table'>) {
    this.#totals = store.table('totals');
    this.#flows = store.table('meta');
  }

  /** A record that is in the journal. */
  add(record: AccountingRecord): void {
    if (record.status === 'flows') this.#fresh.flows.set(record.nas, record.snapshot);
    else if (record.status === 'totals' || (record.status === 'read' && record.totals !== undefined)) {
      const ofNas = this.#fresh.totals.get(record.nas) ?? new Map<string, UserTotals | undefined>();
      this.#fresh.totals.set(record.nas, ofNas.set(record.username, record.totals));
    }
  }

  /** By username. */
  async totalsOf(nas: string): Promise<ReadonlyMap<string, UserTotals>> {
    // As it is now: rows that are written while others are read may be among these or not.
    const waiting = [this.#settling, this.#fresh];
    const found = new Map<string, UserTotals>();
    for await (const [, { username, ...totals }] of this.#totals.entries(keysUnder(nas))) found.set(username, totals);
    for (const { totals } of waiting) {
      for (const [username, of] of totals.get(nas) ?? []) {
        if (of === undefined) found.delete(username);
        else found.set(username, of);
      }
    }
    return found;
  }

  async flowsOf(nas: string): Promise<string | undefined> {
    const waiting = this.#fresh.flows.get(nas) ?? this.#settling.flows.get(nas);
    return waiting ?? (await this.#flows.get(flowsKey(nas)));
  }

  /** The rows of what waits. `settled` follows when they are there. */
  settle(): readonly Write[] {
    this.#settling = this.#fresh;
    this.#fresh = nothing();
    const { totals, flows } = this.#settling;
    return [
      ...Array.from(totals, ([nas, users]) =>
        Array.from(users, ([username, of]) => this.#row(nas, username, of)),
      ).flat(),
      ...Array.from(flows, ([nas, snapshot]) => this.#flows.toPut(flowsKey(nas), snapshot)),
    ];
  }

  settled(): void {
    this.#settling = nothing();
  }

  #row(nas: string, username: string, totals: UserTotals | undefined): Write {
    const key = keyOf(nas, username);
    return totals === undefined ? this.#totals.toDel(key) : this.#totals.toPut(key, { username, ...totals });
  }
}

const nothing = (): Waiting => ({ totals: new Map(), flows: new Map() });
const flowsKey = (nas: string) => keyOf('flows', nas);
