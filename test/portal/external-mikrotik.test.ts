import { describe, expect, it } from 'vitest';
import { portalPassword, slotOf } from '../../src/access/portal-password.ts';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { fromRouter, mac, PortalLab, site, siteKey } from './support.ts';

const guest = new GuestClient({ follow: 0 });

/** What a page of somebody else's making posts. */
const posted = {
  domain: 'acme',
  region: 'north',
  'virtual-id': '7',
  'link-success': 'https://news.example/today',
  mac,
  ip: '10.5.50.23',
  'link-login': 'http://login.cafe.example/login?dst=https%3A%2F%2Fnews.example%2Ftoday',
  error: '',
  'plain-passwd': 'yes',
  username: 'anna',
  password: 'correct horse',
};

describe('a page of another portal', () => {
  it('IS-15: IS-53: IS-54: IS-55: IS-58: has its guest checked here, then sent on to the declared router', async () => {
    await using lab = await PortalLab.start();

    const sent = await guest.post(`${lab.url}${path}`, posted);

    const target = new URL(sent.headers.location ?? '');
    expect(sent.status).toBe(303);
    expect(target.origin + target.pathname).toBe('http://login.cafe.example/login');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      username: 'anna',
      password: oncePassword(lab),
      dst: 'https://news.example/today',
      popup: 'false',
      var: expect.any(String),
    });
    expect(lab.decisions.of('anna')).toMatchObject([{ verdict: 'accept', nas: 'cafe-1', callingStationId: mac }]);
  });

  it('IS-62: IS-63: may be a program that speaks JSON, with the same account', async () => {
    await using lab = await PortalLab.start();

    const right = await postJson(lab, posted);
    const wrong = await postJson(lab, { ...posted, password: 'guessed' });

    expect(right.status).toBe(200);
    expect(right.body['result']).toBe('accepted');
    expect(new URL(right.body['location'] ?? '').searchParams.get('password')).toBe(oncePassword(lab));
    expect(wrong).toEqual({
      status: 401,
      body: {
        result: 'rejected',
        reason: 'wrong-password',
        message: expect.stringContaining('username or the password'),
      },
    });
  });

  it('IS-15: never bothers the router with a wrong password', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.post(`${lab.url}${path}`, { ...posted, password: 'guessed' });

    expect(page).toMatchObject({ status: 401, heading: 'That did not work' });
    expect(page.headers.location).toBeUndefined();
    expect(page.links).toEqual([{ href: 'http://login.cafe.example/login', text: 'Start again' }]);
  });

  it('IS-56: is sent on to web pages only', async () => {
    await using lab = await PortalLab.start();

    const originals = ['javascript:alert(1)', 'http://captive.apple.com/', 'http://login.cafe.example/login'];
    for (const [at, original] of originals.entries()) {
      const from = { ...posted, mac: `02:00:00:00:00:0${at}` };
      const sent = await guest.post(`${lab.url}${path}`, { ...from, 'link-success': original });

      expect(new URL(sent.headers.location ?? '').searchParams.get('dst')).toBe('https://cafe.example/welcome');
    }
  });

  it('means a site by its aliases, or by its name as domain', async () => {
    await using lab = await PortalLab.start([
      site({ name: 'bar', aliases: { domain: 'acme', region: 'south' } }),
      site(),
    ]);

    const byName = await guest.post(`${lab.url}${path}`, { ...posted, domain: 'cafe', region: '', 'virtual-id': '' });
    const nobody = await guest.post(`${lab.url}${path}`, { ...posted, region: 'west' });

    expect(byName.status).toBe(303);
    expect(nobody).toMatchObject({ status: 404 });
    expect(nobody.text).toContain('This link belongs to another place');
  });

  it('IS-58: cannot name another router', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.post(`${lab.url}${path}`, { ...posted, 'link-login': 'http://evil.example/login' });

    expect(page).toMatchObject({ status: 400 });
    expect(page.text).toContain('Do not enter a password');
    expect(lab.decisions.of('anna')).toEqual([]);
  });

  it('IS-60: gets CHAP when the router takes no plain password', async () => {
    await using lab = await PortalLab.start();
    const challenge = { 'chap-id': '\\001', 'chap-challenge': '\\002'.repeat(16) };

    const hashed = await guest.post(`${lab.url}${path}`, { ...posted, 'plain-passwd': 'no', ...challenge });
    const neither = await guest.post(`${lab.url}${path}`, { ...posted, 'plain-passwd': 'no' });

    expect(new URL(hashed.headers.location ?? '').searchParams.get('password')).toMatch(/^[0-9a-f]{32}$/);
    expect(neither.status).toBe(502);
  });

  it('is answered in JSON whatever is wrong with its JSON', async () => {
    await using lab = await PortalLab.start();
    const texts = [
      '',
      '[]',
      '{"domain":"acme","domain":"x"}',
      '{"domain":1}',
      '{"domain":{"$ne":""}}',
      `{"mac":"${'A'.repeat(20_000)}"}`,
    ];

    for (const text of texts) {
      const answer = await postJson(lab, text);

      expect([400, 413]).toContain(answer.status);
      expect(answer.body).toMatchObject({ result: 'rejected', message: expect.stringMatching(/your browser/i) });
    }
  });

  it('makes no device wait, since anybody can post its MAC: neither at our own pages nor at others', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 5; at += 1) await postJson(lab, { ...posted, username: 'ben', password: `guess ${at}` });

    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);
    const ours = await guest.submit(page, { username: 'anna', password: 'correct horse' });
    const others = await postJson(lab, posted);

    expect([ours.status, others.status]).toEqual([303, 200]);
  });

  it('makes a username wait after twenty wrong passwords, though not for a device that guessed nothing', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 20; at += 1) await postJson(lab, { ...posted, password: `guess ${at}` });

    const guesser = await postJson(lab, posted);
    const another = await postJson(lab, { ...posted, mac: '02:00:00:00:00:01' });

    expect(guesser).toMatchObject({ status: 429, body: { reason: 'locked' } });
    expect(another.status).toBe(200);
  });
});

const path = '/external/hotspot/mikrotik/login';

async function postJson(lab: PortalLab, body: object | string) {
  const response = await fetch(`${lab.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

function oncePassword(lab: PortalLab): string {
  return portalPassword(siteKey, { username: 'anna', mac, nas: 'cafe-1' }, slotOf(lab.clock.now())).reveal();
}
