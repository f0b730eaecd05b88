import { describe, expect, it } from 'vitest';
import { GuestClient, type GuestPage } from '../../src/simulator/guest-client.ts';
import { fromRouter, login, mac, PortalLab, site } from './support.ts';

const guest = new GuestClient({ follow: 0 });
const session = { username: 'anna', mac, nas: 'cafe-1' };

describe('a guest whom the router let in', () => {
  it('IS-31: is online as soon as the Start is there, and goes on to where it wanted to go', async () => {
    await using lab = await PortalLab.start();
    const url = await statusUrl(lab);
    lab.online.coming = session;

    const page = await guest.get(url);

    expect(page).toMatchObject({ status: 200, heading: 'You are online' });
    expect(page.links.map(({ href }) => href)).toEqual(['http://news.example/today?x=1']);
    expect(page.refresh).toEqual({ seconds: 3, url: 'http://news.example/today?x=1' });
  });

  it('is counted as sent, and once as online, however often its page is looked at', async () => {
    await using lab = await PortalLab.start();
    const url = await statusUrl(lab);
    const sent = lab.counters.logins();
    lab.online.open.push(session);

    await guest.get(url);
    await guest.get(url);

    expect(sent).toEqual([{ site: 'cafe', method: 'login', result: 'sent', value: 1 }]);
    expect(lab.counters.logins().slice(1)).toEqual([{ site: 'cafe', method: 'login', result: 'online', value: 1 }]);
  });

  it.each([
    [700, 'the page'],
    [701, 'the welcome page'],
  ])('that asked for an address of %i characters goes on to %s', async (length, where) => {
    await using lab = await PortalLab.start();
    const original = 'http://news.example/'.padEnd(length, 'a');
    const url = await statusUrl(lab, { 'link-orig': original });
    lab.online.open.push(session);

    const welcome = 'https://cafe.example/welcome';
    expect((await guest.get(url)).refresh?.url).toBe(where === 'the page' ? original : welcome);
  });

  it.each([
    ['a probe', 'http://captive.apple.com/hotspot-detect.html'],
    ['a script', 'javascript:alert(1)'],
    ['the login itself', 'http://login.cafe.example/login'],
  ])('goes on to the welcome page when it was %s it asked for', async (_, original) => {
    await using lab = await PortalLab.start();
    const url = await statusUrl(lab, { 'link-orig': original });
    lab.online.open.push(session);

    expect((await guest.get(url)).refresh?.url).toBe('https://cafe.example/welcome');
  });

  it('is simply online where there is nowhere to go', async () => {
    const { welcomeUrl: _, ...nowhere } = site();
    await using lab = await PortalLab.start([nowhere]);
    const url = await statusUrl(lab, { 'link-orig': '' });
    lab.online.open.push(session);

    const page = await guest.get(url);

    expect(page.heading).toBe('You are online');
    expect(page.refresh).toBeUndefined();
  });

  it('logs out by the button', async () => {
    await using lab = await PortalLab.start();
    const url = await statusUrl(lab);
    lab.online.open.push(session);

    const page = await guest.submit(await guest.get(url));

    expect(page).toMatchObject({ status: 200, heading: 'You are logged out' });
    expect(lab.online.ended).toEqual([session]);
  });

  it('is told when that failed', async () => {
    await using lab = await PortalLab.start();
    const url = await statusUrl(lab);
    lab.online.open.push(session);
    lab.online.canEnd = false;

    const page = await guest.submit(await guest.get(url));

    expect(page).toMatchObject({ status: 502, heading: 'That did not work' });
  });
});

describe('a guest whom the router sent back', () => {
  it('still goes on to where it wanted to go at first', async () => {
    await using lab = await PortalLab.start();
    const refused = await statusUrl(lab);
    const url = await statusUrl(lab, { 'link-orig': refused, error: 'radius-timeout', 'error-orig': 'radius-timeout' });
    lab.online.open.push(session);

    expect((await guest.get(url)).refresh?.url).toBe('http://news.example/today?x=1');
  });

  it('does so with the longest name and the longest address there are', async () => {
    await using lab = await PortalLab.start();
    const username = 'a'.repeat(253);
    lab.logins.set(username, login(username));
    const original = 'http://news.example/'.padEnd(700, 'a');
    const refused = await statusUrl(lab, { 'link-orig': original }, username);
    const url = await statusUrl(lab, { 'link-orig': refused, error: 'radius-timeout' }, username);
    lab.online.open.push({ ...session, username });

    expect((await guest.get(url)).refresh?.url).toBe(original);
  });
});

describe('a guest whom the router did not let in', () => {
  it('IS-31: looks five times, then is told what failed', async () => {
    await using lab = await PortalLab.start();
    const looks: GuestPage[] = [];
    let url = await statusUrl(lab);
    lab.decisions.record({
      at: lab.clock.now(),
      username: 'anna',
      nas: 'cafe-1',
      callingStationId: mac,
      method: 'pap',
      verdict: 'reject',
      reason: 'suspended',
    });

    for (;;) {
      const page = await guest.get(url);
      looks.push(page);
      if (page.refresh === undefined) break;
      url = new URL(page.refresh.url, page.url).href;
    }

    expect(looks.map(({ heading }) => heading)).toEqual([
      ...Array.from({ length: 4 }, () => 'Almost there'),
      'You are not online yet',
    ]);
    expect(looks[0]?.refresh?.seconds).toBe(3);
    expect(looks.at(-1)?.text).toContain('This account is suspended');
    expect(looks.at(-1)?.links).toEqual([{ href: 'http://login.cafe.example/login', text: 'Start again' }]);
  });

  it('waits no longer than 2.5 s for each look', async () => {
    await using lab = await PortalLab.start();
    const url = await statusUrl(lab);
    lab.clock.slept.length = 0;

    await guest.get(url);

    expect(lab.clock.slept).toEqual([2_500]);
  });

  it('is not told of somebody else, nor of an earlier time', async () => {
    await using lab = await PortalLab.start();
    const reject = { username: 'anna', nas: 'cafe-1', method: 'pap', verdict: 'reject', reason: 'suspended' } as const;
    lab.decisions.record({ ...reject, at: lab.clock.now() - 1, callingStationId: mac });
    const url = await statusUrl(lab);
    lab.decisions.record({ ...reject, at: lab.clock.now(), callingStationId: '02:00:00:00:00:01' });

    const page = await guest.get(`${url}&n=5`);

    expect(page.text).toContain('The login took too long');
  });
});

describe('the address of a status page', () => {
  it('is good for nothing when it was altered, or is that of another site or page', async () => {
    await using lab = await PortalLab.start([site(), site({ name: 'bar' })]);
    const landed = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);
    const url = await statusUrl(lab);
    const context = landed.forms[0]?.fields['context'] ?? '';
    const bad = [`${url}x`, url.replace('/cafe/', '/bar/'), `${lab.url}/p/cafe/status`];

    for (const each of [...bad, `${lab.url}/p/cafe/status?c=${context}`]) {
      expect(await guest.get(each)).toMatchObject({ status: 400, heading: 'That did not work' });
    }
  });

  it('is good for a day', async () => {
    await using lab = await PortalLab.start();
    const url = await statusUrl(lab);
    await lab.clock.sleep(24 * 60 * 60_000);

    expect(await guest.get(url)).toMatchObject({ status: 410 });
  });
});

/** Of a guest who was sent to the router. */
async function statusUrl(
  lab: PortalLab,
  more: Readonly<Record<string, string>> = {},
  username = 'anna',
): Promise<string> {
  const page = await guest.get(`${lab.url}/p/cafe?${fromRouter(more)}`);
  const sent = await guest.submit(page, { username, password: 'correct horse' });
  return new URL(sent.headers.location ?? '').searchParams.get('dst') ?? '';
}
