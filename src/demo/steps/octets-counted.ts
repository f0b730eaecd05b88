import { formatOctets } from '../../base/units.ts';
import { insist, sessionKnown } from '../looking.ts';
import { people } from '../people.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

const moved = { up: 3_000_000n, down: 48_000_000n };

export const octetsCounted: Step = {
  title: 'What is used is counted',
  async run(stage, say) {
    await stage.north.control.traffic(people.anna, moved);
    say.fact(`anna sends ${formatOctets(moved.up)} and receives ${formatOctets(moved.down)}.`);
    await sessionKnown(stage, people.anna, ({ upOctets, downOctets }) => {
      return BigInt(upOctets) === moved.up && BigInt(downOctets) === moved.down;
    });
    say.fact('With the next interim report of the router it is on record, to the octet. lastmile sessions:');
    say.lines(await table(stage));
    say.see(`${stage.lastmile.typed} sessions`);
  },
};

async function table(stage: Stage): Promise<readonly string[]> {
  const { out } = await stage.lastmile.run('sessions');
  const amounts = [moved.up, moved.down].map(formatOctets);
  const shown = out
    .split('\n')
    .some((line) => line.includes(people.anna) && amounts.every((each) => line.includes(each)));
  insist(shown, `lastmile sessions does not show ${amounts.join(' and ')}:\n${out}`);
  return out.trimEnd().split('\n');
}
