import { effectShown, insist } from '../looking.ts';
import { people } from '../people.ts';
import { dialIn, queueOf, sessionOn } from '../router.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { until } from '../until.ts';

export const speedDoubled: Step = {
  title: 'A commit doubles a speed, for those who are online, too',
  async run(stage, say) {
    const [anna, hugo] = await Promise.all([sessionOn(stage.north, people.anna), sessionOn(stage.south, people.hugo)]);
    insist(anna !== undefined && hugo !== undefined, 'anna or hugo is not online');
    const file = 'services/home-20.yaml';
    await stage.repository.replace(file, 'rate: {down: 20M, up: 5M}', 'rate: {down: 40M, up: 10M}');
    const { hash, lines } = await stage.repository.commit('Home 20 becomes twice as fast');
    const ms = await untilQueue(stage, '10M/40M');
    say.fact(`Commit ${hash} to ${file}:`);
    say.lines(lines);
    const { detail } = await effectShown(stage, people.anna, 'change');
    const now = await sessionOn(stage.north, people.anna);
    insist(now?.sessionId === anna.sessionId, 'anna did not keep her session');
    say.fact(`${Math.round(ms)} ms after the commit anna's queue on core-1 went from 5M/20M to 10M/40M (${detail});`);
    say.fact(`she noticed nothing: still session ${now.sessionId}, still ${now.address}.`);
    if (ms >= 1000) say.fact('It should take less than a second; is this machine busy?');
    await redialled(stage, hugo.sessionId);
    say.fact(
      'core-2 keeps a running session as it was, so hugo was hung up on, dialled again, and has 10M/40M as well.',
    );
    say.see(`curl -s 'http://${stage.north.controlAddress}/rows?menu=/queue/simple'`);
  },
};

/** @returns milliseconds until anna's queue was that */
async function untilQueue(stage: Stage, rate: string): Promise<number> {
  const committed = stage.clock.monotonic();
  const ask = () => queueOf(stage.north, people.anna);
  await until(`a queue of ${rate} for ${people.anna}`, ask, (queue) => (queue === rate ? true : undefined), stage);
  return stage.clock.monotonic() - committed;
}

/** What hugo's device does by itself when the line drops. */
async function redialled(stage: Stage, sessionId: string): Promise<void> {
  const ask = () => sessionOn(stage.south, people.hugo);
  await until('the end of hugo’s session', ask, (now) => (now?.sessionId === sessionId ? undefined : true), stage);
  await dialIn(stage.south, people.hugo, stage.password('hugo'));
  const queue = await queueOf(stage.south, people.hugo);
  insist(queue === '10M/40M', `after dialling again hugo has a queue of ${queue}`);
}
