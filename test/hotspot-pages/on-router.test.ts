import { describe, expect, it } from 'vitest';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { settle } from '../routeros/menus/support.ts';
import { cafe, everythingRouter, guests, networkWith } from '../support/everything-network.ts';
import { Lab } from '../support/ppp-network.ts';

const model = networkWith(everythingRouter, cafe(), ...guests);
const mac = '0C:42:A1:00:00:20';

/** A router with our pages on it, and a device that has just come into reach. */
async function arrive(lab: Lab): Promise<GuestClient> {
  await settle(lab, model);
  const device = await lab.router.join({ mac });
  if (!device.ok) throw new Error(device.reason);
  return new GuestClient({ proxy: device.gateway, follow: 0 });
}

describe('a device that has come into reach of a hotspot with our pages', () => {
  it('IS-25, IS-26: is led from any page by the login page to the portal, with what the router knows', async () => {
    await using lab = await Lab.start(model);
    const guest = await arrive(lab);

    const probe = await guest.get('http://captive.apple.com/hotspot-detect.html?a=1&b="><script>');
    const loginPage = probe.headers.location ?? '';
    const login = await guest.get(loginPage);
    const portal = new URL(login.headers.location ?? '');

    expect([probe.status, login.status]).toEqual([302, 302]);
    expect(loginPage).toMatch(/^http:\/\/login\.cafe\.example\/login\?dst=/);
    expect(`${portal.origin}${portal.pathname}`).toBe('https://portal.example/p/cafe');
    expect(Object.fromEntries(portal.searchParams)).toMatchObject({
      mac,
      'link-login-only': 'http://login.cafe.example/login',
      identity: 'core-1',
      'server-name': 'lobby',
      'plain-passwd': 'yes',
      error: '',
      username: '',
    });
    expect(portal.searchParams.get('link-orig')).toMatch(/^http:\/\/captive\.apple\.com\/hotspot-detect\.html\?a=1&b=/);
    expect(login.html + probe.html).not.toContain('<script');
    expect(login.links.map(({ href }) => href)).toEqual([portal.href]);
  });

  it('IS-59: is led back to the portal with the reason when the router refuses a login', async () => {
    await using lab = await Lab.start(model);
    const guest = await arrive(lab);

    const form = { username: 'gina', password: 'wrong', var: 'nonce-1' };
    const refused = await guest.post('http://login.cafe.example/login', form);
    const back = new URL(refused.headers.location ?? '').searchParams;

    expect(back.get('error-orig')).not.toBe('');
    expect(Object.fromEntries(back)).toMatchObject({ username: 'gina', var: 'nonce-1' });
  });

  it('is sent on to where the portal wants it once it is in', async () => {
    await using lab = await Lab.start(model);
    const guest = await arrive(lab);
    const dst = 'https://portal.example/p/cafe/status';

    const form = { username: 'gina', password: 'pa55-gina', dst };
    const welcomed = await guest.post('http://login.cafe.example/login', form);
    const status = await guest.get('http://login.cafe.example/status');

    expect(welcomed.headers.location).toBe(dst);
    expect(status.text).toContain('You are online');
    expect(status.links.map(({ href }) => href)).toEqual(['http://login.cafe.example/logout']);
  });

  it('is told as a program where to sign in, and what came of it (WISPr)', async () => {
    await using lab = await Lab.start(model);
    const guest = await arrive(lab);
    const loginUrl = 'http://login.cafe.example/login?target=xml';

    const first = await guest.get('http://example.com/');
    const wrong = await guest.post(loginUrl, { username: 'gina', password: 'wrong' });
    const right = await guest.post(loginUrl, { username: 'gina', password: 'pa55-gina' });

    expect(first.html).toContain(`<LoginURL>${loginUrl}</LoginURL>`);
    expect(wrong.html).toContain('<ResponseCode>100</ResponseCode>');
    expect(right.html).toContain('<ResponseCode>50</ResponseCode>');
  });
});
