import { conditionOf, insist, statusShown } from '../looking.ts';
import type { DemoRouter } from '../router.ts';
import { seconds } from '../say.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

const linesShown = 8;

export const firstReconcile: Step = {
  title: 'Two empty routers are configured from git',
  async run(stage, say) {
    const plan = await stage.lastmile.run('plan', '--detailed-exitcode');
    insist(plan.code === 2, `lastmile plan: exit code ${plan.code}, not 2 (changes)\n${plan.err}${plan.out}`);
    say.fact('Before anything is written, lastmile plan says what would be:');
    say.lines(shortened(plan.out));
    const before = stage.clock.monotonic();
    const listeners = await stage.startDaemon();
    await inStep(stage);
    const took = seconds(stage.clock.monotonic() - before);
    say.fact(
      `The daemon is up, with RADIUS on ${listeners.auth}, and both routers are in step ${took} after its start:`,
    );
    for (const router of [stage.north, stage.south]) say.fact(`  ${router.name}: ${await configurationOf(router)}`);
    say.see(`${stage.lastmile.typed} status`);
  },
};

/** Rows of a plan without their fields, a few of each router, and the sum. */
function shortened(plan: string): readonly string[] {
  const lines = plan.trimEnd().split('\n');
  const rows = lines.filter((line) => /^ {2}[+~-] /.test(line)).map((line) => line.trim());
  const more = rows.length > linesShown ? [`… and ${rows.length - linesShown} more`] : [];
  return [...rows.slice(0, linesShown), ...more, lines.at(-1) ?? ''];
}

/** Waits until every target is in step with what is declared. */
export async function inStep(stage: Stage): Promise<void> {
  await statusShown(stage, 'every target in step', ({ targets }) => {
    const names = targets.filter(({ conditions }) => conditionOf(conditions, 'Synced')?.status === 'True');
    return targets.length >= 3 && names.length === targets.length ? true : undefined;
  });
}

async function configurationOf({ name, control }: DemoRouter): Promise<string> {
  const menus = ['/ip/pool', '/ppp/profile', '/interface/pppoe-server/server', '/radius', '/ppp/secret'] as const;
  const [pools = [], profiles = [], servers = [], radius = [], secrets = []] = await Promise.all(
    menus.map((menu) => control.rows(menu)),
  );
  const [server, client] = [servers[0], radius[0]];
  insist(
    pools.length > 0 && server !== undefined && client !== undefined,
    `${name} has no pool, server or RADIUS client`,
  );
  const rates = profiles.flatMap((profile) => {
    const rate = profile['rate-limit']?.split(' ')[0] ?? '';
    return rate === '' ? [] : [`${profile['name']} ${rate}`];
  });
  return [
    `pools ${pools.map((pool) => pool['name']).join(', ')}`,
    ...(rates.length === 0 ? [] : [`profiles ${rates.join(', ')}`]),
    `PPPoE "${server['service-name']}" on ${server['interface']}`,
    `RADIUS at ${client['address']}`,
    `${secrets.length} logins of its own`,
  ].join('; ');
}
