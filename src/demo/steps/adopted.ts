import { DemoError } from '../demo-error.ts';
import { insist } from '../looking.ts';
import { type DemoRouter, dialIn, sessionOn } from '../router.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { until } from '../until.ts';

/** A customer of a router that was set up by hand. */
const olga = { username: 'olga@old.example', password: 'made-up-long-ago' };

/** What somebody typed into it over the years. */
const byHand: readonly (readonly [menu: string, fields: Readonly<Record<string, string>>])[] = [
  ['/ip/pool', { name: 'dyn', ranges: '10.77.0.10-10.77.0.250' }],
  ['/ppp/profile', { name: 'Home 20M', 'local-address': '10.77.0.1', 'remote-address': 'dyn', 'rate-limit': '5M/20M' }],
  [
    '/ppp/secret',
    { name: olga.username, password: olga.password, service: 'pppoe', profile: 'Home 20M', comment: '2nd floor' },
  ],
  ['/ppp/secret', { name: 'petr@old.example', password: 'also-old', service: 'pppoe', profile: 'Home 20M' }],
  ['/interface/pppoe-server/server', { interface: 'ether2', 'service-name': 'old', disabled: 'no' }],
  ['/ip/firewall/nat', { chain: 'srcnat', action: 'masquerade', 'out-interface': 'ether1', comment: 'out' }],
];

export const adopted: Step = {
  title: 'A router in service is taken over as it is',
  async run(stage, say) {
    const router = await stage.startRouter('core-3', '127.0.0.4');
    for (const [menu, fields] of byHand) await router.control.add(menu, fields);
    await dialIn(router, olga.username, olga.password);
    say.fact('core-3 was set up by hand: nobody knows any more why it looks as it does. olga is online there.');

    const { err, out } = await mustRun(stage, ...importOf(router));
    say.lines(`${out}${err}`.trim().split('\n').slice(0, 12));
    const { lines } = await stage.repository.commit('core-3 as it is');
    const plan = await stage.lastmile.run('plan', '--target', 'core-3', '--detailed-exitcode');
    insist(plan.code === 0, `the plan of core-3 is not empty:\n${plan.out}${plan.err}`);
    say.fact(
      `${lines.length} lines of YAML say it now, passwords aside in .lastmile.env; the plan of core-3 is empty.`,
    );

    await stage.repository.replace('routers/core-3.yaml', 'mode: observe', 'mode: apply');
    await stage.repository.commit('core-3 is ours');
    const secrets = () => router.control.rows('/ppp/secret');
    const ours = await until('our marks on core-3', secrets, marked, stage);
    insist((await sessionOn(router, olga.username)) !== undefined, 'olga did not stay online');
    say.fact(`Taken over: each row says whose it is (“${ours}”). Nothing else changed, and olga stayed online.`);
    say.see(`${stage.lastmile.typed} plan --target core-3`);
  },
};

function importOf({ apiPort }: DemoRouter): readonly string[] {
  const account = ['--username', 'lastmile', '--password-env', 'LASTMILE_SECRET_API'];
  return ['import', 'core-3', '--address', `127.0.0.4:${apiPort}`, ...account];
}

async function mustRun(stage: Stage, ...args: readonly string[]) {
  const ran = await stage.lastmile.run(...args);
  if (ran.code !== 0) throw new DemoError(`lastmile ${args.join(' ')}: exit code ${ran.code}\n${ran.err}${ran.out}`);
  return ran;
}

function marked(rows: readonly Readonly<Record<string, string>>[]): string | undefined {
  const comments = rows.map(({ comment = '' }) => comment);
  return comments.every((comment) => comment.includes('lm:demo/')) ? comments[0] : undefined;
}
