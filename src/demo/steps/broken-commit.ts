import { quoted } from '../lastmile.ts';
import { conditionOf, insist, statusShown } from '../looking.ts';
import { people } from '../people.ts';
import { dialIn, queueOf } from '../router.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

const file = 'services/home-50.yaml';

export const brokenCommit: Step = {
  title: 'A broken commit is refused, and everything goes on',
  async run(stage, say) {
    const good = await revisionInForce(stage);
    await stage.repository.replace(file, '  rate:\n', '  rates:\n');
    const { hash } = await stage.repository.commit('Tidy up');
    const refused = await statusShown(stage, 'the refusal', (status) => {
      const source = conditionOf(status.conditions, 'SourceReady');
      return source?.status === 'False' ? { revision: status.revision, message: source.message } : undefined;
    });
    insist(refused.revision === good, `${refused.revision} is in force, not ${good}`);
    say.fact(`Commit ${hash} has a slip of the pen. lastmile validate, in CI or before a commit, would have said:`);
    say.lines(await findings(stage));
    say.fact('The daemon refuses it as a whole; the last good revision stays in force.');
    await dialIn(stage.north, people.carla, stage.password('carla'));
    const queue = await queueOf(stage.north, people.carla);
    say.fact(`Meanwhile carla dials in, on just that service, and is at ${queue}.`);
    const reverted = await stage.repository.revert();
    await statusShown(stage, 'the revert', ({ conditions, revision }) => {
      const ready = conditionOf(conditions, 'SourceReady')?.status === 'True';
      return ready && revision !== good ? true : undefined;
    });
    say.fact(`git revert (${reverted.hash}), and what is in git is in force again.`);
    say.see(`git -C ${quoted(stage.repository.path)} log --oneline`);
  },
};

function revisionInForce(stage: Stage): Promise<string> {
  return statusShown(stage, 'a revision in force', ({ revision }) => revision);
}

/** The first error with its code frame. */
async function findings(stage: Stage): Promise<readonly string[]> {
  const { code, out } = await stage.lastmile.run('validate');
  insist(code === 3, `lastmile validate: exit code ${code}, not 3\n${out}`);
  const first = out.split('\n\n').find((block) => block.startsWith(`${file}:`));
  insist(first !== undefined, `lastmile validate says nothing about ${file}:\n${out}`);
  return first.split('\n');
}
