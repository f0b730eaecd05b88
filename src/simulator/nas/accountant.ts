import type { Clock } from '../../base/clock.ts';
import type { Faults } from '../faults.ts';
import type { Database } from '../routeros/database.ts';
import { type AccountingStatus, encodeAccountingRequest } from './accounting-request.ts';
import { type RadiusClient, type RadiusServer, radiusServiceOf } from './radius-client.ts';
import type { Session, TerminateCause } from './session.ts';

export interface AccountantDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly radius: RadiusClient;
  readonly faults: Faults;
}

/** Sends accounting records. Like the router, it forgets a record that nobody answered. */
export class Accountant {
  readonly #deps: AccountantDeps;
  readonly #inFlight = new Set<Promise<void>>();

  constructor(deps: AccountantDeps) {
    this.#deps = deps;
  }

  /** Sends the record without waiting for the answer. */
  report(session: Session, status: AccountingStatus, cause?: TerminateCause): void {
    if (this.#deps.faults.strike('drop-accounting')) return;
    const sending = this.#send(session, status, cause);
    this.#inFlight.add(sending);
    void sending.finally(() => this.#inFlight.delete(sending));
  }

  /** Resolves once every record sent so far was answered or given up. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  async #send(session: Session, status: AccountingStatus, cause: TerminateCause | undefined): Promise<void> {
    const { clock, database, radius } = this.#deps;
    const record = {
      status,
      session,
      ...(cause === undefined ? {} : { cause }),
      at: clock.now(),
      sessionSeconds: Math.floor((clock.monotonic() - session.startedAt) / 1000),
      upOctets: session.upOctets,
      downOctets: session.downOctets,
      upPackets: session.upPackets,
      downPackets: session.downPackets,
    };
    const identifier = database.settings('/system/identity').values.get('name') ?? '';
    for (const server of this.#serversFor(session)) {
      const nas = { identifier, address: radius.nasAddress(server) };
      const encode = (id: number) => encodeAccountingRequest(record, nas, server.secret, id);
      const answer = await radius.exchange(server, { kind: 'accounting', encode });
      if (answer?.reply[0] === 5) {
        radius.countersOf(server.rowId).accepts += 1;
        return;
      }
    }
  }

  /** The server that let the session in, then the others in order. */
  #serversFor({ caller, grant }: Session): readonly RadiusServer[] {
    const servers = this.#deps.radius.servers('accounting', radiusServiceOf[caller.kind]);
    const isFirst = (server: RadiusServer) => server.rowId === grant.server?.rowId;
    return [...servers.filter(isFirst), ...servers.filter((server) => !isFirst(server))];
  }
}
