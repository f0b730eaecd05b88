import { GuestClient } from '../../simulator/guest-client.ts';
import { insist, sessionKnown } from '../looking.ts';
import { devices, people } from '../people.ts';
import { joinIn } from '../router.ts';
import type { Step } from '../step.ts';

/** What telephones ask for to find out whether there is a portal. */
export const probe = 'http://connectivitycheck.gstatic.com/generate_204';

export const guestOnMikrotik: Step = {
  title: 'A guest of a café logs in on the portal, and is online by the MikroTik hotspot',
  async run(stage, say) {
    const phone = await joinIn(stage.north, devices.phone, 'ether3');
    insist(!phone.online, 'the hotspot let a telephone in that nobody declared');
    const guest = new GuestClient({ proxy: phone.gateway });
    const page = await guest.get(probe);
    insist(page.url.startsWith(`http://${stage.listeners.portal}/p/cafe?`), `the telephone ended at ${page.url}`);
    say.fact(
      `gina's telephone gets ${phone.address} and asks for a page. The router's own login.html, which the daemon`,
    );
    say.fact(`keeps there, sends it to the portal: "${page.heading}" (no script, no cookies).`);
    const done = await guest.submit(page, { username: people.gina, password: stage.password('gina') });
    const login = done.redirects.find((url) => url.includes('/login?')) ?? '';
    insist(!login.includes(encodeURIComponent(stage.password('gina'))), 'her own password went to the router');
    insist(/online/i.test(done.heading), `the portal says: ${done.status} ${done.text}`);
    const session = await sessionKnown(stage, people.gina);
    say.fact(
      `She logs in; the portal sends her to the router with a password for this once, the router asks RADIUS, and`,
    );
    say.fact(`its Start of session ${session.sessionId} is what the portal waited for to say "${done.heading}".`);
    const [host] = await stage.north.control.rows('/ip/hotspot/active');
    insist(host?.['user'] === people.gina, `/ip/hotspot/active has ${JSON.stringify(host)}`);
    say.see(`${stage.lastmile.typed} why ${people.gina}`);
  },
};
