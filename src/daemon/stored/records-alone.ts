import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { LearnedDevices } from '../../directory/learned-devices.ts';
import { keyOf, keysUnder } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import type { NamedLogins } from '../sessions/sessions-named.ts';
import { eraseDue } from './due-erasures.ts';
import type { ErasedAgain } from './erase-again.ts';
import { RecordsAnswers } from './records-answers.ts';
import { RetentionKeeper } from './retention-keeper.ts';

export interface AloneSurroundings {
  readonly clock: Clock;
  readonly log: Logger;
  readonly fillRandom: (octets: Uint8Array) => void;
}

/** What is stored of people, for a command that works while no daemon does. */
export interface RecordsAlone extends AsyncDisposable {
  readonly records: RecordsAnswers;
  /** False where no daemon has ever said how long things are to be kept. */
  readonly isRetentionKnown: boolean;
}

/**
 * Opens it. What subscribers log in by is known as it was applied last, and how long things are kept as a daemon left it: nothing
 * is removed for its age unless somebody asks for it.
 *
 * @throws LastmileError of the store
 */
export async function recordsAlone(
  engine: Engine,
  { clock, log, fillRandom }: AloneSurroundings,
): Promise<RecordsAlone> {
  const { store } = engine;
  const names = await appliedLogins(store);
  const model = () => undefined;
  const devices = await LearnedDevices.open({
    ...{ table: store.table('devices'), now: () => clock.now() },
    onLost: (err) => log.warn({ err }, 'a device is not stored'),
  });
  const keeper = await RetentionKeeper.start({ engine, devices, model, clock, log, names });
  const decisions = () => [];
  return {
    isRetentionKnown: keeper.isKnown,
    records: new RecordsAnswers({ engine, keeper, devices, decisions, model, random: fillRandom, clock, names }),
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}

/** Erases whoever is to be erased in a folder that was restored. @throws DueErasuresError, LastmileError of the store */
export async function eraseDueAlone(engine: Engine, around: AloneSurroundings): Promise<ErasedAgain | undefined> {
  let alone: RecordsAlone | undefined;
  const records = async () => {
    alone = await recordsAlone(engine, around);
    return alone.records;
  };
  let again: ErasedAgain | undefined;
  try {
    again = await eraseDue(engine, records);
  } finally {
    await alone?.[Symbol.asyncDispose]();
  }
  for (const why of again?.refused ?? []) around.log.warn({ why }, 'not erased again in a restored state folder');
  if (again !== undefined) around.log.info({ count: again.erased.length }, 'erased again in a restored state folder');
  return again;
}

interface AppliedRow {
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Logins and devices of the directory as the disk has it, without their secrets. */
async function appliedLogins(store: Pick<Store, 'table'>): Promise<NamedLogins> {
  const table = store.table<AppliedRow>('directory');
  const bySubscriber = new Map<string, { readonly username: string }[]>();
  const known = { login: new Set<string>(), device: new Set<string>() };
  for (const menu of ['login', 'device'] as const) {
    for await (const [key, { fields }] of table.entries(keysUnder(menu))) {
      const username = key.slice(keyOf(menu).length);
      known[menu].add(username);
      const { subscriber } = fields;
      if (typeof subscriber !== 'string') continue;
      bySubscriber.set(subscriber, [...(bySubscriber.get(subscriber) ?? []), { username }]);
    }
  }
  return {
    login: (username) => (known.login.has(username) ? username : undefined),
    device: (mac) => (known.device.has(mac) ? mac : undefined),
    loginsOf: (subscriber) => bySubscriber.get(subscriber) ?? [],
  };
}
