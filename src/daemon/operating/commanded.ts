import type { Clock } from '../../base/clock.ts';
import { compact } from '../../base/compact.ts';
import type { AuditRecord } from '../../status/audit-log.ts';
import type { Pause } from '../../status/pauses.ts';
import type { Engine } from '../engine.ts';

/** What a person had done, and it came about. */
export type Commanded = Pick<AuditRecord, 'who' | 'action' | 'object' | 'detail'> & {
  readonly reason?: string | undefined;
};

/** Keeps what a person had done. What was done is done, also where that cannot be written down. */
export async function commandedHere(
  { audit }: Pick<Engine, 'audit'>,
  clock: Pick<Clock, 'now'>,
  { reason, ...what }: Commanded,
): Promise<void> {
  const record = { at: clock.now(), ...what, result: 'done', ...compact({ reason }) };
  await audit.record(record).catch(() => undefined);
}

/** The same, of a router that is left alone from now on. */
export async function suspended(engine: Pick<Engine, 'audit'>, pause: Pause): Promise<void> {
  const { target, kind, reason, by, since, until } = pause;
  const detail = until === undefined ? 'until it is resumed' : `until ${new Date(until).toISOString()}`;
  await commandedHere(engine, { now: () => since }, { who: by, action: kind, object: target, reason, detail });
}
