import { describe, expect, it } from 'vitest';
import { guestUsername } from '../../src/access/portal-password.ts';
import { Secret } from '../../src/base/secret.ts';
import { readTime } from '../../src/portal/omada.ts';
import { GuestClient, type GuestPage } from '../../src/simulator/guest-client.ts';
import { hour, login, mac, omadaBridge, PortalLab, routerFields, site } from './support.ts';

const guest = new GuestClient();
const still = new GuestClient({ follow: 0 });
const clientMac = mac.replaceAll(':', '-');

describe('a guest whom a controller sent to the portal', () => {
  it('OM-05: OM-06: OM-07: logs in behind an access point; what the redirect said reaches the controller unchanged', async () => {
    await using lab = await PortalLab.start();

    const page = await arrive(lab, eap);
    const online = await guest.submit(page, { username: 'anna', password: 'correct horse' });

    expect(page).toMatchObject({ status: 200, heading: 'Welcome' });
    expect(online).toMatchObject({ status: 200, heading: 'You are online' });
    expect(lab.omada.asked).toEqual([
      {
        controller: 'hq',
        seconds: 8 * 60 * 60,
        client: {
          kind: 'eap',
          clientMac,
          apMac: '98-DA-C4-11-22-33',
          ssidName: 'Café & Bar',
          radioId: '0',
          site: 'Default',
          redirectUrl: 'http://news.example/',
        },
      },
    ]);
  });

  it('OM-08: OM-12: the same behind a gateway, with its VLAN', async () => {
    await using lab = await PortalLab.start();

    await guest.submit(await arrive(lab, gateway), { username: 'anna', password: 'correct horse' });

    expect(lab.omada.asked[0]?.client).toEqual({
      kind: 'gateway',
      clientMac,
      clientIp: '192.168.0.20',
      gatewayMac: '98-DA-C4-44-55-66',
      vid: '20',
      site: omadaBridge.site.id,
      redirectUrl: 'http://news.example/',
    });
  });

  it.each(['1', '2', '3', '17'])('OM-10: radio %s is passed through', async (radioId) => {
    await using lab = await PortalLab.start();

    await guest.submit(await arrive(lab, { ...eap, radioId }), { terms: 'accepted' });

    expect(lab.omada.asked[0]?.client).toMatchObject({ radioId });
  });

  it('OM-14: meets the same page as behind a MikroTik router', async () => {
    await using lab = await PortalLab.start();

    const page = await arrive(lab, eap);

    expect(page.forms.map(({ asked }) => asked)).toEqual([['terms'], ['username', 'password']]);
    expect(page.headers['set-cookie']).toBeUndefined();
  });

  it('OM-15: is let in for as long as the account is good, or for what the service gives guests', async () => {
    await using lab = await PortalLab.start();
    lab.logins.set('ben', login('ben', { expires: lab.clock.now() + 90_000, password: new Secret('soon over') }));

    await guest.submit(await arrive(lab, eap), { username: 'ben', password: 'soon over' });
    await guest.submit(await arrive(lab, { ...eap, clientMac: '02-00-00-00-00-01' }), { terms: 'accepted' });

    expect(lab.omada.asked.map(({ seconds }) => seconds)).toEqual([90, 3600]);
    expect(lab.counters.logins()).toMatchObject([
      { site: 'cafe', method: 'login', result: 'accepted', value: 1 },
      { site: 'cafe', method: 'click-through', result: 'accepted', value: 1 },
    ]);
    expect(lab.decisions.of(guestUsername('cafe', '02:00:00:00:00:01'))).toMatchObject([
      {
        verdict: 'accept',
        reply: 'let in by the controller',
        nas: 'hq',
        method: 'portal-page',
        sessionTimeoutSeconds: 3600,
      },
    ]);
  });

  it('is let in for a working day though the account is good for a year, unless the service says longer', async () => {
    await using lab = await PortalLab.start();
    const expires = lab.clock.now() + 365 * 86_400_000;
    const day = { interimSeconds: 120, sessionTimeoutSeconds: 86_400, attributes: [] };
    lab.logins.set('ben', login('ben', { expires }));
    lab.logins.set('carl', login('carl', { expires, limits: day }));

    for (const [at, username] of ['ben', 'carl'].entries()) {
      const page = await arrive(lab, { ...eap, clientMac: `02-00-00-00-00-0${at}` });
      await guest.submit(page, { username, password: 'correct horse' });
    }

    expect(lab.omada.asked.map(({ seconds }) => seconds)).toEqual([8 * 3600, 86_400]);
  });

  it('without an account is let in until the hours of the service are over, and not outside of them', async () => {
    // The clock of the lab begins at midnight.
    const during = (from: number, till: number) =>
      site({ clickThrough: { ...hour, windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from, till }] } });
    await using lab = await PortalLab.start([during(0, 30)]);
    await using closed = await PortalLab.start([during(60, 90)]);

    await guest.submit(await arrive(lab, eap), { terms: 'accepted' });
    const refused = await guest.submit(await arrive(closed, eap), { terms: 'accepted' });

    expect(lab.omada.asked.map(({ seconds }) => seconds)).toEqual([1800]);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('cannot be used at this time of day');
    expect(closed.omada.asked).toEqual([]);
  });

  it('is told when the time that the controller was asked for is over', async () => {
    await using lab = await PortalLab.start();
    const sent = await still.submit(await arrive(lab, eap), { terms: 'accepted' });
    const url = new URL(sent.headers.location ?? '', lab.url).href;

    await lab.clock.sleep(3600_000 - 1);
    const before = await still.get(url);
    await lab.clock.sleep(1);
    const after = await still.get(url);

    expect(before.heading).toBe('You are online');
    expect(after).toMatchObject({ status: 200, heading: 'Your time is over' });
    expect(after.text).toContain('To go online again, open any website');
    expect(after.refresh).toBeUndefined();
  });

  it('OM-13: goes on to a web page only', async () => {
    await using lab = await PortalLab.start();
    const ends: (string | undefined)[] = [];

    for (const [at, redirectUrl] of ['https://news.example/a', 'javascript:alert(1)', 'data:text/html,x'].entries()) {
      const page = await arrive(lab, { ...eap, clientMac: `02-00-00-00-00-0${at}`, redirectUrl });
      ends.push((await guest.submit(page, { terms: 'accepted' })).refresh?.url);
    }

    expect(ends).toEqual(['https://news.example/a', 'https://cafe.example/welcome', 'https://cafe.example/welcome']);
  });
});

describe('the time of a redirect', () => {
  it('OM-11: is read in seconds, milliseconds and microseconds', () => {
    expect(['1677047514', '1677047514123', '1677047514123456'].map(readTime)).toEqual([
      1_677_047_514_000, 1_677_047_514_123, 1_677_047_514_123,
    ]);
    const none = [
      '',
      '-1677047514',
      '1e9',
      '3600',
      '16770475141234567890',
      '01677047514',
      '0001677047514',
      '16770475140',
    ];
    expect(none.map(readTime)).toEqual(none.map(() => undefined));
  });

  it.each([
    ['15 minutes and a second ago', -901, 410],
    ['15 minutes ago', -900, 200],
    ['a minute ahead', 60, 200],
    ['more than a minute ahead', 61, 410],
  ])('OM-11: %s', async (_, seconds, status) => {
    await using lab = await PortalLab.start();
    const t = String(Math.floor(lab.clock.now() / 1000) + seconds);

    const page = await arrive(lab, { ...eap, t });

    expect(page.status).toBe(status);
    if (status === 410) expect(page.text).toContain('Switch your Wi-Fi off and on again');
  });

  it('lets in once: a redirect that comes again does not', async () => {
    await using lab = await PortalLab.start();
    const t = String(lab.clock.now());

    const first = await guest.submit(await arrive(lab, { ...eap, t }), { terms: 'accepted' });
    const again = await guest.submit(await arrive(lab, { ...eap, t }), { terms: 'accepted' });

    expect(first.heading).toBe('You are online');
    expect(again).toMatchObject({ status: 409 });
    expect(lab.omada.asked).toHaveLength(1);
  });
});

describe('a redirect that was changed by hand', () => {
  it.each<readonly [string, (t: number) => Readonly<Record<string, string>>]>([
    ['an older time', (t) => ({ t: String(t - 1) })],
    ['the same time in milliseconds', (t) => ({ t: `${t}000` })],
    ['the same time in microseconds', (t) => ({ t: `${t}000001` })],
    ['the id of the site in place of its name', () => ({ site: omadaBridge.site.id ?? '' })],
    ['the device in another spelling', () => ({ clientMac: mac.toLowerCase() })],
    ['a gateway in place of the access point', () => ({ gatewayMac: '98-DA-C4-44-55-66', vid: '1' })],
  ])('%s: lets nobody in a second time', async (_, changed) => {
    await using lab = await PortalLab.start();
    const now = Math.floor(lab.clock.now() / 1000);
    const { apMac, ssidName, radioId, ...bare } = eap;
    await guest.submit(await arrive(lab, { ...eap, t: String(now) }), { terms: 'accepted' });

    const more = changed(now);
    const sent = { ...('vid' in more ? bare : { ...bare, apMac, ssidName, radioId }), t: String(now), ...more };
    const again = await guest.submit(await arrive(lab, sent as Readonly<Record<string, string>>), {
      terms: 'accepted',
    });

    expect(again.status).toBe(409);
    expect(lab.omada.asked).toHaveLength(1);
    expect(lab.decisions.of(guestUsername('cafe', mac)).map(({ reason }) => reason)).toEqual([undefined, 'page-used']);
  });

  it('a newer time: lets in again after a minute only', async () => {
    await using lab = await PortalLab.start();
    const at = (seconds: number) => String(Math.floor(lab.clock.now() / 1000) + seconds);

    const first = await guest.submit(await arrive(lab, { ...eap, t: at(0) }), { terms: 'accepted' });
    const soon = await guest.submit(await arrive(lab, { ...eap, t: at(1) }), { terms: 'accepted' });
    await lab.clock.sleep(60_000);
    const later = await guest.submit(await arrive(lab, { ...eap, t: at(0) }), { terms: 'accepted' });

    expect([first.status, soon.status, later.status]).toEqual([200, 429, 200]);
    expect(soon.text).toContain('Please wait a minute');
  });
});

describe('very many guests without an account', () => {
  it('are told to wait, push no decision of others out and fill no log', async () => {
    await using lab = await PortalLab.start();
    const device = (at: number) =>
      `02-00-00-00-${String(at >> 8).padStart(2, '0')}-${(at & 255).toString(16).padStart(2, '0')}`;
    const pages: GuestPage[] = [];

    for (let at = 0; at < 602; at += 1) {
      const page = await still.get(`${lab.url}/p/cafe?${new URLSearchParams({ ...routerFields, mac: device(at) })}`);
      pages.push(await still.submit(page, { terms: 'accepted' }));
    }

    expect(pages.filter(({ status }) => status === 303)).toHaveLength(600);
    expect(pages.at(-1)?.text).toContain('The network is busy');
    const levels = lab.logged
      .map((line) => (JSON.parse(line) as { level: number }).level)
      .filter((level) => level > 20);
    expect(levels).toEqual([40]);
  });
});

describe('a controller that does not let a guest in', () => {
  it.each([
    ['stale', 409, 'Switch your Wi-Fi off and on again'],
    ['busy', 503, 'The network is busy'],
    ['failed', 502, 'This is not your fault'],
  ] as const)('%s: says so, and the next try is open', async (result, status, words) => {
    await using lab = await PortalLab.start();
    const page = await arrive(lab, eap);
    lab.omada.verdict = { result, reason: 'errorCode -41501' };

    const refused = await guest.submit(page, { username: 'anna', password: 'correct horse' });
    lab.omada.verdict = { result: 'authorised' };
    const online = await guest.submit(page, { username: 'anna', password: 'correct horse' });

    expect(refused.status).toBe(status);
    expect(lab.decisions.of('anna')).toMatchObject([
      { verdict: 'reject', reason: result === 'stale' ? 'reconnect' : result },
      { verdict: 'accept', sessionTimeoutSeconds: 28_800 },
    ]);
    expect(refused.text).toContain(words);
    expect(refused.text).not.toContain('41501');
    expect(online.heading).toBe('You are online');
  });
});

describe('a redirect that is none of ours', () => {
  it.each([
    ['another site', { site: 'Elsewhere' }, 400, 'This link belongs to another place'],
    ['no device', { clientMac: 'AA-BB-CC' }, 400, 'We cannot tell which device you use'],
    ['an access point and a gateway at once', { gatewayMac: '98-DA-C4-44-55-66', vid: '1' }, 400, 'could not read'],
    ['a radio that is no number', { radioId: '0;1' }, 400, 'could not read'],
    ['no time', { t: '' }, 400, 'could not read'],
    ['a controller of version 3', { cid: 'AA-BB-CC-00-11-22' }, 501, 'too old for this login page'],
  ])('%s: is refused in words', async (_, more, status, words) => {
    await using lab = await PortalLab.start();

    const page = await arrive(lab, { ...eap, ...more });

    expect(page).toMatchObject({ status, forms: [] });
    expect(page.text).toContain(words);
  });

  it('is told apart by the portal URL where two controllers have sites of one name', async () => {
    const bridges = [omadaBridge, { ...omadaBridge, controller: 'branch' }];
    await using lab = await PortalLab.start([site({ bridges })]);

    const vague = await arrive(lab, eap);
    await guest.submit(await arrive(lab, { controller: 'branch', ...eap }), { terms: 'accepted' });

    expect(vague.status).toBe(400);
    expect(lab.omada.asked.map(({ controller }) => controller)).toEqual(['branch']);
  });
});

const eap: Readonly<Record<string, string>> = {
  clientMac,
  apMac: '98-DA-C4-11-22-33',
  ssidName: 'Café & Bar',
  radioId: '0',
  site: 'Default',
  redirectUrl: 'http://news.example/',
};

const gateway: Readonly<Record<string, string>> = {
  clientMac,
  clientIp: '192.168.0.20',
  gatewayMac: '98-DA-C4-44-55-66',
  vid: '20',
  site: omadaBridge.site.id ?? '',
  redirectUrl: 'http://news.example/',
};

/** @param sent `t` is now when not given */
function arrive(lab: PortalLab, sent: Readonly<Record<string, string>>): Promise<GuestPage> {
  const t = String(Math.floor(lab.clock.now() / 1000));
  return guest.get(`${lab.url}/p/cafe?${new URLSearchParams({ t, ...sent })}`);
}
