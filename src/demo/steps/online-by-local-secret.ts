import { insist } from '../looking.ts';
import { people } from '../people.ts';
import { dialIn } from '../router.ts';
import type { Step } from '../step.ts';
import { until } from '../until.ts';

const declaration = `apiVersion: lastmile/v1
kind: Subscriber
metadata:
  name: hugo
spec:
  service: home-20
  username: ${people.hugo}
  password: {derive: 1}
  router: core-2
`;

export const onlineByLocalSecret: Step = {
  title: 'A new subscriber, by a commit, on a router that keeps its logins itself',
  async run(stage, say) {
    await stage.repository.write('subscribers/hugo.yaml', declaration);
    const { out } = await stage.lastmile.run('plan', '--target', 'core-2');
    const planned = out.split('\n').filter((line) => line.includes('/ppp/secret') || line.startsWith('Plan:'));
    insist(planned.length === 2 && out.includes(people.hugo), `the plan does not show one new login:\n${out}`);
    say.fact('subscribers/hugo.yaml is written. The plan, for review:');
    say.lines(planned.map((line) => line.trim()));
    const { hash } = await stage.repository.commit('Hugo moves in');
    const committed = stage.clock.monotonic();
    const ask = () => stage.south.control.rows('/ppp/secret');
    await until('the login of hugo on core-2', ask, (rows) => rows.find(({ name }) => name === people.hugo), stage);
    const took = Math.round(stage.clock.monotonic() - committed);
    say.fact(`Commit ${hash}: ${took} ms later core-2 has the PPP secret.`);
    const hugo = await dialIn(stage.south, people.hugo, stage.password('hugo'));
    insist(!hugo.radius, `${people.hugo} was let in by RADIUS, not by the router`);
    say.fact(`hugo dialled in with address ${hugo.address}; nobody but the router was asked.`);
    say.see(`curl -s 'http://${stage.south.controlAddress}/rows?menu=/ppp/secret'`);
  },
};
