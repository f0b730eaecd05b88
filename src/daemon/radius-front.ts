import type { Logger } from 'pino';
import type { RecentDecisions } from '../access/decision-log.ts';
import type { RecentAccounting } from '../accounting/sessions/recent-accounting.ts';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import type { RadsecSettings } from '../model/kinds/radius.ts';
import type { RadiusCounters } from '../radius/counters.ts';
import { openDatagramCalls } from '../radius/datagram-calls.ts';
import { RadiusServer } from '../radius/server.ts';
import type { Engine } from './engine.ts';
import type { ListenPlan } from './listeners.ts';
import type { DeclaredAuthority } from './logins/declared-authority.ts';
import type { DeclaredEap } from './logins/declared-eap.ts';
import type { DeclaredProxy } from './logins/declared-proxy.ts';
import { heartbeatNas } from './logins/heartbeat.ts';
import type { LoginBooks } from './logins/login-books.ts';
import { StoredSigning } from './stored/stored-signing.ts';
import type { UntilRead } from './until-read.ts';

/** The parts of the daemon that answer RADIUS. */
export interface AnswersRadius {
  readonly engine: Engine;
  readonly books: LoginBooks;
  readonly untilRead: UntilRead;
  readonly authority: DeclaredAuthority;
  readonly proxy: DeclaredProxy;
  readonly eap: DeclaredEap;
  readonly decisions: RecentDecisions;
  readonly accountingResults: RecentAccounting;
  readonly counters: RadiusCounters;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fillRandom: (octets: Uint8Array) => void;
  /** How long an Access-Reject is held back. Absent: as long as is usual. */
  readonly rejectDelayMs?: number;
  /** Few packets come: what reads many at once is not worth its start. */
  readonly oneByOne?: boolean;
}

/**
 * Opens the sockets and begins to answer.
 *
 * @param tls of RadSec. Absent: none is declared
 * @throws RadiusListenError when an address cannot be had
 */
export async function startRadius(
  plan: ListenPlan,
  tls: RadsecSettings | undefined,
  parts: AnswersRadius,
): Promise<RadiusServer> {
  const { engine, books, untilRead, authority, proxy, eap, decisions, counters, clock, log } = parts;
  const { accounting, store, quotas } = engine;
  const signing = await StoredSigning.open(store.table('meta'), (err) =>
    log.warn({ err }, 'what was learned of a NAS is not stored'),
  );
  return await RadiusServer.start({
    datagramCalls: parts.oneByOne === true ? undefined : await openDatagramCalls(log),
    signing,
    listenAuth: plan.auth,
    listenAccounting: plan.accounting,
    ...(tls === undefined || plan.radsec === undefined ? {} : { radsec: { listen: plan.radsec, tls } }),
    directory: engine.directory,
    accounting: parts.accountingResults,
    accountingAvailable: () => accounting.isRead && store.broken === undefined,
    decisions: { record: (decision) => decision.nas === heartbeatNas || decisions.record(decision) },
    metrics: counters,
    heard: (nas, from) => engine.delivery.heard(nas.name, from),
    clock,
    random: parts.fillRandom,
    log,
    ...compact({ rejectDelayMs: parts.rejectDelayMs }),
    access: {
      authority: () => authority.current,
      proxy: () => proxy.current,
      eap: eap.server,
      online: () => accounting.after(() => accounting.open()),
      untilOnlineKnown: () => accounting.untilRead,
      places: books.places,
      devices: books.devices,
      // What subscribers have bought is known when the declarations are.
      quotas: { left: (username, now) => untilRead.after(() => quotas.left(username, now)) },
    },
  });
}
