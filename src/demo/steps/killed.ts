import { insist, type SessionSeen, sessionKnown } from '../looking.ts';
import { people } from '../people.ts';
import { dialIn, sessionOn } from '../router.ts';
import { seconds } from '../say.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { inStep } from './first-reconcile.ts';

const moved = { up: 1_000_000n, down: 9_000_000n };

export const killed: Step = {
  title: 'kill -9 of the daemon: nobody notices, nothing is lost',
  async run(stage, say) {
    const before = await everySession(stage);
    const anna = await sessionOn(stage.north, people.anna);
    insist(anna !== undefined, 'anna is not online');
    const how = await stage.daemon.kill();
    insist(how === 'SIGKILL', `the daemon ended by ${how}, not by SIGKILL`);
    say.fact(`The daemon is dead, with ${before.length} sessions on record.`);
    await withoutDaemon(stage, anna.sessionId);
    say.fact(
      'hugo hangs up and dials again: core-2 lets him in by itself. anna stays online and goes on using her line.',
    );

    const since = stage.clock.monotonic();
    await stage.startDaemon();
    say.fact(`Started again; ${seconds(stage.clock.monotonic() - since)} later it listens.`);
    const after = await everySession(stage);
    const lost = before.filter((session) => !after.some((other) => holds(other, session)));
    insist(lost.length === 0, `lost or gone back:\n${JSON.stringify(lost)}\nwhat there is:\n${JSON.stringify(after)}`);
    say.fact(`Every record it had acknowledged is there: ${before.length} of ${before.length} sessions, to the octet.`);
    await inStep(stage);
    await accountingGoesOn(stage, anna.sessionId, BigInt(anna.downOctets) + moved.down);
    say.fact('Accounting goes on in the same sessions, and has what anna received in between.');
    say.see(`${stage.lastmile.typed} sessions --all`);
  },
};

function everySession(stage: Stage): Promise<readonly SessionSeen[]> {
  return stage.lastmile.json('sessions', '--all');
}

async function withoutDaemon(stage: Stage, annasSession: string): Promise<void> {
  const [north, south] = [stage.north.control, stage.south.control];
  await north.traffic(people.anna, moved);
  await south.hangUp(people.hugo);
  const hugo = await dialIn(stage.south, people.hugo, stage.password('hugo'));
  insist(!hugo.radius, 'hugo was let in by RADIUS, with no daemon there');
  const anna = await sessionOn(stage.north, people.anna);
  insist(anna?.sessionId === annasSession, 'anna did not stay online');
}

/** The same session, with at least what was on record. */
function holds(now: SessionSeen, was: SessionSeen): boolean {
  return (
    now.key === was.key &&
    now.username === was.username &&
    now.sessionSeconds >= was.sessionSeconds &&
    BigInt(now.upOctets) >= BigInt(was.upOctets) &&
    BigInt(now.downOctets) >= BigInt(was.downOctets) &&
    (was.stoppedAt === undefined || now.stoppedAt === was.stoppedAt)
  );
}

async function accountingGoesOn(stage: Stage, sessionId: string, downOctets: bigint): Promise<void> {
  const good = (session: SessionSeen) => session.sessionId === sessionId && BigInt(session.downOctets) === downOctets;
  await sessionKnown(stage, people.anna, good);
}
