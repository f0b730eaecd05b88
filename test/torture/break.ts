import type { Model } from '../../src/model/model.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { DialRequest, DialResult } from '../../src/simulator/nas/pppoe-nas.ts';
import { configuration, duplicates, TortureLab } from './lab.ts';
import { ServiceWatch } from './service-watch.ts';
import type { TwoStates } from './two-routers.ts';

/** What goes wrong, and whether it is counted by sentences or by writes. */
export interface Calamity {
  readonly name: string;
  readonly fault: Fault;
  readonly writesOnly?: true;
}

export const calamities: readonly Calamity[] = [
  { name: 'half-open', fault: { kind: 'half-open' } },
  { name: 'half-open before it was carried out', fault: { kind: 'half-open', applied: false } },
  { name: 'reset', fault: { kind: 'reset' } },
  { name: 'reset before it was carried out', fault: { kind: 'reset', applied: false } },
  { name: 'closed', fault: { kind: 'close' } },
  { name: 'stalled for a while', fault: { kind: 'stall', ms: 8000 } },
  { name: 'stalled for longer than we wait', fault: { kind: 'stall', ms: 60_000 } },
  { name: 'an error for what was done', fault: { kind: 'trap-after-write' }, writesOnly: true },
  { name: 'done for what was not', fault: { kind: 'done-without-write' }, writesOnly: true },
];

/** How many API sentences, and writes among them, the unbroken change takes; and what it leaves. */
export interface Unbroken {
  readonly sentences: number;
  readonly writes: number;
  readonly changes: number;
  readonly configuration: Readonly<Record<string, readonly string[]>>;
  readonly online: readonly string[];
}

/** Few enough to be certain that it gets there, not to hope. */
const mostRuns = 6;

export async function unbroken(states: TwoStates): Promise<Unbroken> {
  await using lab = await prepared(states);
  // They count what passes, and never strike.
  const counters: readonly Fault[] = [
    { kind: 'stall', after: Number.MAX_SAFE_INTEGER },
    { kind: 'trap-after-write', after: Number.MAX_SAFE_INTEGER },
  ];
  lab.router.faults.replace(counters);
  const outcome = await lab.reconcile(states.after);
  const [sentences = 0, writes = 0] = lab.router.faults.seen();
  if (outcome === 'lost' || outcome.result !== 'applied') throw new Error('the unbroken change did not come about');
  return {
    ...{ sentences, writes, changes: outcome.plan.changes.length },
    configuration: configuration(lab.router),
    online: onlineAt(lab),
  };
}

export interface Broken {
  /** What went wrong for the people or the rows; empty when all is well. */
  readonly complaints: readonly string[];
  /** Reconciles after the broken one, until there was nothing left to do. */
  readonly runs: number;
  readonly ms: number;
}

/**
 * Makes the change, breaks it once after so many sentences, and goes on until it has come about. Every other time with a
 * daemon that was started again.
 *
 * @param other a router that nothing happens to, reconciled beside it
 */
export async function breakOnce(
  { name, fault, writesOnly }: Calamity,
  after: number,
  states: TwoStates,
  whole: Unbroken,
  other: TortureLab,
): Promise<Broken> {
  await using lab = await prepared(states);
  using watch = new ServiceWatch(lab.router, states.served);
  const others = changesOf(other);
  const begun = performance.now();
  const passed = writesOnly ? Math.floor((after * whole.writes) / whole.sentences) : after;
  lab.router.faults.replace([{ ...fault, after: passed, times: 1 }]);

  const [, beside] = await Promise.all([lab.reconcile(states.after), other.reconcile(states.after)]);
  const struck = lab.router.faults.struck()[0] ?? 0;
  const atBreak = [...watch.without(), ...(await shutOut(lab, states))];
  if (after % 2 === 1) await lab.restart(states.after);
  const runs = await lab.converge(states.after, mostRuns);

  const complaints = [
    ...(struck === 1 ? [] : [`${name} struck ${struck} times`]),
    ...atBreak.map((who) => `${who} could not log in when it broke`),
    ...watch.lost.map((who) => `had no way in: ${who}`),
    ...(await shutOut(lab, states)).map((who) => `${who} cannot log in`),
    ...duplicates(lab.router).map((what) => `twice: ${what}`),
    ...differences(configuration(lab.router), whole.configuration),
    ...(onlineAt(lab).join() === whole.online.join() ? [] : [`online are ${onlineAt(lab).join()}`]),
    ...(beside !== 'lost' && beside.result === 'applied' && others() === 0 ? [] : ['the other router was touched']),
  ];
  return { complaints, runs, ms: performance.now() - begun };
}

/** A router as it was before the change, with some of its people online. */
async function prepared(states: TwoStates): Promise<TortureLab> {
  const lab = await TortureLab.start('core-1', states.before);
  await lab.converge(states.before, 3);
  for (const { username, password } of lined(states.before).slice(0, 8)) await lab.router.dial({ username, password });
  return lab;
}

/** People with a login by PPPoE, as declared. */
function lined(model: Model): readonly { readonly id: string; readonly username: string; readonly password: string }[] {
  return model.subscriptions.flatMap(({ id, username, password, service, localOn }) =>
    service.access.includes('pppoe') && username !== undefined && password !== undefined && localOn.includes('core-1')
      ? [{ id, username, password: password.reveal() }]
      : [],
  );
}

/** Of the first of those served all the time: who gets in neither as before nor as after. */
async function shutOut(lab: TortureLab, { before, after, served }: TwoStates): Promise<readonly string[]> {
  const [old, now] = [lined(before), lined(after)];
  const refused: string[] = [];
  for (const id of served.filter((each) => old.some((one) => one.id === each)).slice(0, 8)) {
    const ways = [old, now].flatMap((list) => list.find((each) => each.id === id) ?? []);
    let isIn = false;
    for (const { username, password } of ways) {
      const dial: DialRequest = { username, password, callerId: '02:FF:00:00:00:01' };
      const result: DialResult | undefined = isIn ? undefined : await lab.router.dial(dial);
      if (result?.ok) lab.router.hangUp(result.sessionId);
      isIn ||= result?.ok === true;
    }
    if (!isIn) refused.push(id);
  }
  return refused;
}

function onlineAt(lab: TortureLab): readonly string[] {
  return lab.router
    .sessions()
    .map(({ username }) => username)
    .sort();
}

/** How many rows of a router are written from now on. */
function changesOf(lab: TortureLab): () => number {
  let count = 0;
  for (const menu of ['/ppp/secret', '/ppp/profile', '/ip/pool', '/radius', '/ip/firewall/filter']) {
    lab.router.watch(menu, () => {
      count += 1;
    });
  }
  return () => count;
}

function differences(
  have: Readonly<Record<string, readonly string[]>>,
  want: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return Object.keys(want).flatMap((menu) => {
    const [rows = [], wanted = []] = [have[menu], want[menu]];
    if (rows.join('\n') === wanted.join('\n')) return [];
    const more = rows.find((row) => !wanted.includes(row));
    const less = wanted.find((row) => !rows.includes(row));
    return [`${menu} is not as without the break: ${more ?? 'nothing'} in place of ${less ?? 'nothing'}`];
  });
}
