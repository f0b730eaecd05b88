import { insist } from '../looking.ts';
import { devices } from '../people.ts';
import type { Step } from '../step.ts';

export const leases: Step = {
  title: 'DHCP: a declared house gets its address, a stranger one that leads nowhere',
  async run(stage, say) {
    const { control } = stage.south;
    const kate = await control.lease({ mac: devices.kate, interface: 'ether3' });
    insist(kate.ok && kate.address === '10.21.0.200', `kate's router got ${JSON.stringify(kate)}`);
    say.fact(
      `kate's router plugs in on core-2 and gets ${kate.address}, a lease that core-2 holds itself (100M down, 20M up).`,
    );
    const stranger = await control.lease({ mac: devices.stranger, interface: 'ether3' });
    insist(stranger.ok && stranger.address.startsWith('10.21.9.'), `a stranger got ${JSON.stringify(stranger)}`);
    say.fact(`A device that nobody declared gets ${stranger.address}, of the pool "unknown".`);
    say.see(`${stage.lastmile.typed} get subscriber kate`);
  },
};
