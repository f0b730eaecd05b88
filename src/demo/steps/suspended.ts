import { effectShown, insist } from '../looking.ts';
import { people } from '../people.ts';
import { sessionOn } from '../router.ts';
import type { Step } from '../step.ts';
import { until } from '../until.ts';

const active = `    username: ${people.ben}\n`;
const suspended = `${active}    state: suspended\n    reason: invoice 2042 unpaid\n`;

export const suspendedByCommit: Step = {
  title: 'A commit suspends somebody',
  async run(stage, say) {
    insist((await sessionOn(stage.north, people.ben)) !== undefined, 'ben is not online');
    await stage.repository.replace('subscribers/north.yaml', active, suspended);
    const { hash, lines } = await stage.repository.commit('Suspend ben');
    const committed = stage.clock.monotonic();
    const ask = () => sessionOn(stage.north, people.ben);
    await until('ben gone from core-1', ask, (now) => (now === undefined ? true : undefined), stage);
    const took = Math.round(stage.clock.monotonic() - committed);
    say.fact(`Commit ${hash} to subscribers/north.yaml:`);
    say.lines(lines);
    const { detail } = await effectShown(stage, people.ben, 'disconnect');
    say.fact(`${took} ms later ben is gone from core-1 (${detail}).`);
    const again = await stage.north.control.dial({ username: people.ben, password: stage.password('ben') });
    insist(!again.ok, 'ben came back');
    const why = await stage.lastmile.run('why', people.ben);
    const reason = why.out.split('\n').find((line) => line.includes('→'));
    insist(reason?.includes('invoice 2042 unpaid') === true, `lastmile why does not say why:\n${why.out}`);
    say.fact(`He dials again and is refused. lastmile why ${people.ben} says: ${reason.replace('→', '').trim()}`);
    say.see(`${stage.lastmile.typed} why ${people.ben}`);
  },
};
