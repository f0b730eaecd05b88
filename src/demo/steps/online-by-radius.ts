import { insist, sessionKnown } from '../looking.ts';
import { people } from '../people.ts';
import { dialIn, queueOf } from '../router.ts';
import type { Step } from '../step.ts';

export const onlineByRadius: Step = {
  title: 'A subscriber comes online, checked by RADIUS',
  async run(stage, say) {
    const anna = await dialIn(stage.north, people.anna, stage.password('anna'));
    await dialIn(stage.north, people.ben, stage.password('ben'), 'chap');
    insist(anna.radius, `${people.anna} was let in by a login of the router, not by RADIUS`);
    const queue = await queueOf(stage.north, people.anna);
    insist(queue === '5M/20M', `the queue of ${people.anna} is ${queue}, not 5M/20M`);
    say.fact(`${people.anna} dialled core-1 (PPPoE, MS-CHAPv2) and has address ${anna.address} from the pool "home";`);
    say.fact(
      `her queue on the router is ${queue} (up/down), as services/home-20.yaml says. ben, by CHAP, is on as well.`,
    );
    const { sessionId } = await sessionKnown(stage, people.anna);
    say.fact(`Accounting has her session ${sessionId}, written to disk before the router got its answer.`);
    say.see(`${stage.lastmile.typed} why ${people.anna}`);
  },
};
