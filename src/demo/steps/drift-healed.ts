import { insist, statusShown } from '../looking.ts';
import { people } from '../people.ts';
import { sessionOn } from '../router.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { until } from '../until.ts';

export const driftHealed: Step = {
  title: 'What somebody changes by hand on a router is put right',
  async run(stage, say) {
    const [north, south] = [stage.north.control, stage.south.control];
    await south.remove('/ppp/secret', people.hugo);
    await north.set('/radius/incoming', undefined, { accept: 'no' });
    const since = stage.clock.monotonic();
    say.fact('In WinBox, somebody deletes hugo’s login on core-2, and switches off CoA on core-1.');
    const ask = async () => ({
      logins: await south.rows('/ppp/secret'),
      incoming: await north.rows('/radius/incoming'),
    });
    await until('both as declared', ask, ({ logins, incoming }) => healed(logins, incoming), stage);
    const took = ((stage.clock.monotonic() - since) / 1000).toFixed(1);
    say.fact(`${took} s later both are as declared again; the next look was due within 2 s (reconcile.interval).`);
    insist((await sessionOn(stage.south, people.hugo)) !== undefined, 'hugo did not stay online');
    say.fact(`hugo stayed online. The history of core-2 has it: ${await historyOf(stage)}`);
    say.see(`${stage.lastmile.typed} status core-2`);
  },
};

type Rows = readonly Readonly<Record<string, string>>[];

function healed(logins: Rows, incoming: Rows): true | undefined {
  const accepts = ['yes', 'true'].includes(incoming[0]?.['accept'] ?? '');
  return accepts && logins.some(({ name }) => name === people.hugo) ? true : undefined;
}

function historyOf(stage: Stage): Promise<string> {
  return statusShown(stage, 'the drift of core-2', ({ targets }) => {
    const south = targets.find(({ name }) => name === stage.south.name);
    return south?.history.find(({ drift }) => drift)?.changed.join(', ');
  });
}
