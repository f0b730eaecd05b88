import { describe, expect, it } from 'vitest';
import { guestUsername, portalPassword, slotOf } from '../../src/access/portal-password.ts';
import { hoursOf, hoursText } from '../../src/model/hours.ts';
import { chapPassword } from '../../src/portal/mikrotik.ts';
import { GuestClient, type GuestPage } from '../../src/simulator/guest-client.ts';
import { bridge, fromRouter, login, mac, PortalLab, site, siteKey } from './support.ts';

/** Follows nothing: the router is not there. */
const guest = new GuestClient({ follow: 0 });

describe('a guest whom a router sent to the portal', () => {
  it('IS-28: logs in by name and password, and goes to the declared login with a password for this once', async () => {
    await using lab = await PortalLab.start();

    const page = await arrive(lab);
    const sent = await guest.submit(page, { username: 'anna', password: 'correct horse' });

    expect(page).toMatchObject({ status: 200, heading: 'Welcome' });
    expect(sent.status).toBe(303);
    expect(targetOf(sent)).toMatchObject({ origin: 'http://login.cafe.example', pathname: '/login' });
    expect(parametersOf(sent)).toEqual({
      username: 'anna',
      password: oncePassword(lab, 'anna'),
      dst: expect.stringMatching(new RegExp(`^${lab.url}/p/cafe/status\\?c=[\\w.-]+$`)),
      popup: 'false',
      var: expect.stringMatching(/^[\w-]{16}$/),
    });
    expect(sent.headers['location']).not.toContain('horse');
  });

  it('finds the same target as a link, when its browser follows no redirect', async () => {
    await using lab = await PortalLab.start();

    const sent = await guest.submit(await arrive(lab), { username: 'anna', password: 'correct horse' });

    expect(sent.links.map(({ href }) => href)).toEqual([sent.headers.location]);
    expect(sent.heading).toBe('One more step');
  });

  it('IS-30: is checked by the decision RADIUS takes, which is kept for why', async () => {
    await using lab = await PortalLab.start();

    await guest.submit(await arrive(lab), { username: 'anna', password: 'correct horse' });
    await guest.submit(await arrive(lab), { username: 'anna', password: 'wrong' });

    expect(lab.decisions.of('anna')).toMatchObject([
      { verdict: 'accept', reply: 'sent to the router', nas: 'cafe-1', callingStationId: mac, method: 'portal-page' },
      { verdict: 'reject', reason: 'wrong-password', nas: 'cafe-1', callingStationId: mac, method: 'portal-page' },
    ]);
  });

  it('can log in again at once, with another password, and a third time after a minute', async () => {
    await using lab = await PortalLab.start();

    const sent = [await logIn(lab), await logIn(lab), await logIn(lab)];

    const now = slotOf(lab.clock.now());
    const ofSlot = (slot: number) => portalPassword(siteKey, { username: 'anna', mac, nas: 'cafe-1' }, slot).reveal();
    expect(sent.slice(0, 2).map((page) => parametersOf(page)['password'])).toEqual([ofSlot(now), ofSlot(now - 1)]);
    expect(sent[2]).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect(sent[2]?.text).toContain('Please wait a minute');
    expect(lab.decisions.of('anna').at(-1)).toMatchObject({ verdict: 'reject', reason: 'wait-a-minute' });
  });

  it('gets no password that would run out on the way to the router', async () => {
    await using lab = await PortalLab.start();
    await lab.clock.sleep(40_000);

    const sent = [await logIn(lab), await logIn(lab)];
    await lab.clock.sleep(20_000);

    expect([...sent, await logIn(lab)].map(({ status }) => status)).toEqual([303, 429, 303]);
  });

  it('connects with one tick and one press where no account is needed', async () => {
    await using lab = await PortalLab.start();

    const page = await arrive(lab);
    const sent = await guest.submit(page, { terms: 'accepted' });

    const username = guestUsername('cafe', mac);
    expect(parametersOf(sent)).toMatchObject({ username, password: oncePassword(lab, username) });
  });

  it('is asked to accept the terms first, where there are any', async () => {
    await using lab = await PortalLab.start();

    const sent = await guest.submit(await arrive(lab), {}, (await arrive(lab)).forms[0]);

    expect(sent).toMatchObject({ status: 400, heading: 'Welcome' });
    expect(sent.text).toContain('tick the box to accept');
    expect(sent.html).toMatch(/<input type="checkbox" name="terms"[^>]*aria-describedby="problem"/);
  });

  it('reads the terms without leaving the page', async () => {
    await using lab = await PortalLab.start();

    const page = await arrive(lab);

    expect(page.html).toContain('Be kind.\nNo &lt;b&gt;spam&lt;/b&gt;.');
    expect(page.html).toMatch(/<details><summary>Terms of use<\/summary>/);
  });

  it('sees no way that the site does not offer, and cannot go it', async () => {
    await using lab = await PortalLab.start([site({ methods: ['login'] })]);

    const page = await arrive(lab);
    const sent = await guest.post(`${lab.url}/p/cafe/login`, {
      ...page.forms[0]?.fields,
      method: 'click-through',
      terms: 'accepted',
    });

    expect(page.forms).toHaveLength(1);
    expect(sent).toMatchObject({ status: 403, heading: 'That did not work' });
  });

  it('IS-59: is told in words of its language what the router refused, whatever the router wrote', async () => {
    await using lab = await PortalLab.start();
    const said = {
      'user-session-limit': 'schon auf so vielen Geräten',
      'RADIUS server is not responding': 'Das Netz ist ausgelastet',
      'user <b>anna</b> has reached uptime limit': 'Die Zeit dieses Kontos ist aufgebraucht',
      'This account has expired': 'Dieses Konto ist abgelaufen',
      '<script>alert(1)</script>': 'Das Netz hat Sie nicht eingelassen',
    };

    for (const [error, words] of Object.entries(said)) {
      const page = await guest.get(`${lab.url}/p/cafe?${fromRouter({ error, 'error-orig': error })}&lang=de`);

      expect(page.text).toContain(words);
      expect(page.html).not.toContain('<b>anna');
      expect(page.html).not.toContain('alert(1)');
    }
  });

  it('is not told of a wrong password when it was the one made for the router', async () => {
    await using lab = await PortalLab.start();
    const error = 'Wrong username or password';

    const ours = await guest.get(`${lab.url}/p/cafe?${fromRouter({ error, 'error-orig': error, var: 'bm9uY2U' })}`);
    const typed = await guest.get(`${lab.url}/p/cafe?${fromRouter({ error, 'error-orig': error })}`);

    expect(ours.text).toContain('The login took too long');
    expect(typed.text).toContain('The username or the password is wrong');
  });

  it('reads the page in another language by a plain link, and stays in it', async () => {
    await using lab = await PortalLab.start([site({ languages: ['en', 'de', 'ar'] })]);

    const german = await guest.press(await arrive(lab), 'Deutsch');
    const refused = await guest.submit(german, { username: 'anna', password: 'wrong' });
    const arabic = await guest.press(refused, 'العربية');

    expect(german).toMatchObject({ status: 200, heading: 'Willkommen' });
    expect(refused.text).toContain('Benutzername oder Passwort ist falsch');
    expect(arabic.html).toContain('<html lang="ar" dir="rtl">');
    expect(arabic.forms).toHaveLength(2);
  });
});

describe('the way a router takes a password', () => {
  const challenge = {
    'chap-id': '\\371',
    'chap-challenge': '\\357\\015\\330\\013\\021\\234\\145\\245\\303\\253\\142\\246\\133\\175\\375\\316',
  };
  const octets = { id: 'f9', value: 'ef0dd80b119c65a5c3ab62a65b7dfdce' };

  it('is CHAP by the vectors of the servlet', () => {
    expect(chapPassword(octets, 'secret')).toBe('e5627b636f982d6233d0cf5931d404c2');
    expect(chapPassword(octets, 'V7K4-M9PX')).toBe('05c4b660cc0ff20db637a99293ee3219');
  });

  it('IS-60: is plain when the router says yes, and CHAP when it sends a challenge instead', async () => {
    await using lab = await PortalLab.start();

    const plain = await logIn(lab, { 'plain-passwd': 'yes' });
    const once = oncePassword(lab, 'anna');
    await lab.clock.sleep(60_000);
    const hashed = await logIn(lab, { 'plain-passwd': 'no', ...challenge });

    expect(parametersOf(plain)['password']).toBe(once);
    expect(parametersOf(hashed)['password']).toBe(chapPassword(octets, oncePassword(lab, 'anna')));
  });

  it('IS-29: is told in words when it is neither', async () => {
    await using lab = await PortalLab.start();

    const sent = await logIn(lab, { 'plain-passwd': 'no' });

    expect(sent.status).toBe(502);
    expect(sent.text).toContain('accepts no login from this page');
  });

  it('is CHAP where the declaration says so and the router can', async () => {
    await using lab = await PortalLab.start([site({ bridges: [{ ...bridge, method: 'chap' }] })]);

    const sent = await logIn(lab, { 'plain-passwd': 'yes', ...challenge });

    expect(parametersOf(sent)['password']).toBe(chapPassword(octets, oncePassword(lab, 'anna')));
  });

  it('IS-29: IS-61: is a form with a button where the site says so, which also submits itself', async () => {
    await using lab = await PortalLab.start([site({ bridges: [{ ...bridge, method: 'pap-form' }] })]);

    const sent = await logIn(lab);

    const policy = String(sent.headers['content-security-policy']);
    expect(sent).toMatchObject({ status: 200, heading: 'One more step' });
    expect(sent.forms).toMatchObject([
      {
        method: 'POST',
        action: 'http://login.cafe.example/login',
        fields: { username: 'anna', password: oncePassword(lab, 'anna'), popup: 'false' },
      },
    ]);
    expect(sent.html).toMatch(/<button>Continue<\/button>/);
    expect(policy).toContain("form-action 'self' http://login.cafe.example");
    expect(policy).toMatch(/script-src 'sha256-[\w+/]+=*';/);
  });

  it('is at the folder the router says, where that is one of its logins', async () => {
    await using lab = await PortalLab.start();

    const own = await logIn(lab, { 'link-login-only': 'http://10.5.50.1/lv/login' });
    const odd = await logIn(lab, { 'link-login-only': 'http://10.5.50.1/../admin' });

    expect(targetOf(own).pathname).toBe('/lv/login');
    expect(targetOf(odd).pathname).toBe('/login');
  });
});

describe('a guest whose login the directory does not hold yet', () => {
  it('is asked to come back in a minute, with the page still good', async () => {
    await using lab = await PortalLab.start();
    const granted = lab.access;
    const page = await arrive(lab);
    lab.access = granted === undefined ? undefined : { ...granted, nas: ['another'] };

    const early = await guest.submit(page, { username: 'anna', password: 'correct horse' });
    lab.access = granted;
    const later = await guest.submit(await guest.press(early, 'Start again'), {
      username: 'anna',
      password: 'correct horse',
    });

    expect(early).toMatchObject({ status: 503 });
    expect(early.text).toContain('just being set up');
    expect(later.status).toBe(303);
  });
});

describe('an account that is in order, but not now', () => {
  const { limits } = login('anna');
  const neverOpen = hoursOf(hoursText([], 'UTC'));

  it.each([
    ['suspended', { state: 'suspended' }, 'This account is suspended'],
    ['expired', { expires: 1 }, 'This account has expired'],
    ['only on routers', { radius: false }, 'cannot be used here'],
    ['not sold for hotspots', { access: ['pppoe'] }, 'cannot be used here'],
    ['outside of its hours', { limits: { ...limits, hours: neverOpen } }, 'cannot be used at this time of day'],
    ['locked to another NAS', { limits: { ...limits, rules: { lock: { nas: ['b'] } } } }, 'cannot be used here'],
    [
      'locked to another device',
      { limits: { ...limits, rules: { lock: { macs: ['02:00:00:00:00:09'] } } } },
      'cannot be used on this device',
    ],
  ] as const)('%s: is told so, to whoever has its password', async (_, facts, words) => {
    await using lab = await PortalLab.start();
    lab.logins.set('anna', login('anna', facts));

    const right = await logIn(lab);
    const wrong = await logIn(lab, {}, 'guessed');

    expect(right).toMatchObject({ status: 403 });
    expect(right.text).toContain(words);
    expect(wrong.text).toContain('The username or the password is wrong');
  });
});

describe('several hotspots of one site', () => {
  const second = { ...bridge, router: 'cafe-2', identity: 'Second', hotspot: 'garden' };

  it('are told apart by identity and hotspot when they share a name', async () => {
    await using lab = await PortalLab.start([site({ bridges: [bridge, second] })]);

    const sent = await logIn(lab, { identity: 'Second', 'server-name': 'garden' });

    const use = { username: 'anna', mac, nas: 'cafe-2' };
    expect(parametersOf(sent)['password']).toBe(portalPassword(siteKey, use, slotOf(lab.clock.now())).reveal());
  });

  it('are not guessed at', async () => {
    await using lab = await PortalLab.start([site({ bridges: [bridge, second] })]);

    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter({ identity: 'Third', 'server-name': 'x' })}`);

    expect(page.status).toBe(400);
  });
});

function arrive(lab: PortalLab): Promise<GuestPage> {
  return guest.get(`${lab.url}/p/cafe?${fromRouter()}`);
}

async function logIn(
  lab: PortalLab,
  more: Readonly<Record<string, string>> = {},
  password = 'correct horse',
): Promise<GuestPage> {
  const page = await guest.get(`${lab.url}/p/cafe?${fromRouter(more)}`);
  return guest.submit(page, { username: 'anna', password });
}

function targetOf(page: GuestPage): URL {
  return new URL(page.headers.location ?? 'about:blank');
}

function parametersOf(page: GuestPage): Record<string, string> {
  return Object.fromEntries(targetOf(page).searchParams);
}

function oncePassword(lab: PortalLab, username: string): string {
  return portalPassword(siteKey, { username, mac, nas: 'cafe-1' }, slotOf(lab.clock.now())).reveal();
}
