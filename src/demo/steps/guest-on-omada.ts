import { GuestClient } from '../../simulator/guest-client.ts';
import { insist } from '../looking.ts';
import { devices, people } from '../people.ts';
import type { Step } from '../step.ts';
import { probe } from './guest-on-mikrotik.ts';

export const guestOnOmada: Step = {
  title: 'The same account and the same page, by the access points of a TP-Link Omada controller',
  async run(stage, say) {
    const { control } = stage.terrace;
    const tablet = await control.join({ mac: devices.tablet, ssid: 'Terrace' });
    const guest = new GuestClient({ proxy: tablet.proxy });
    const page = await guest.get(probe);
    insist(page.forms.length > 0, `the tablet ended at ${page.url}: ${page.text}`);
    const done = await guest.submit(page, { username: people.gina, password: stage.password('gina') });
    insist(/online/i.test(done.heading), `the portal says: ${done.status} ${done.text}`);
    const { logins, authorised } = await control.counters();
    insist(logins === 1 && authorised === 1, `the controller counts ${logins} operator logins, ${authorised} guests`);
    say.fact(
      'The access point sends the tablet to the portal; gina logs in; the daemon, logged in at the controller as its',
    );
    say.fact(
      `hotspot operator, asks it to let the tablet through: "${done.heading}". The certificate it believes is the`,
    );
    say.fact('one whose fingerprint portal/terrace.yaml declares.');
    say.see(`${stage.lastmile.typed} get portalsite cafe`);
  },
};
