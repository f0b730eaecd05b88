import { insist, sessionKnown } from '../looking.ts';
import { devices } from '../people.ts';
import { joinIn } from '../router.ts';
import type { Step } from '../step.ts';

export const deviceByMac: Step = {
  title: 'A till without a browser is let in by its MAC',
  async run(stage, say) {
    const till = await joinIn(stage.north, devices.till, 'ether3');
    insist(till.online, 'the hotspot did not let the till in');
    await sessionKnown(stage, devices.till);
    say.fact(
      `subscribers/cafe.yaml declares ${devices.till}; the router asks RADIUS for it, with the password that only`,
    );
    say.fact('this hotspot sends, and the till is online before anybody touches it.');
    say.see(`${stage.lastmile.typed} why ${devices.till}`);
  },
};
