import { describe, expect, it } from 'vitest';
import { portalPassword, slotOf } from '../../src/access/portal-password.ts';
import { GuestClient } from '../support/guest-client.ts';
import { fromRouter, mac, PortalLab, siteKey } from './support.ts';

/** Up to the redirect to the router, whose page is not asked for. */
const guest = new GuestClient({ follow: 0 });

describe('a guest whom a router sent to the portal', () => {
  it('logs in by name and password, and goes to the declared login with a password for this once', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);
    const sent = await guest.submit(page, { username: 'anna', password: 'correct horse' });

    const target = new URL(sent.headers.location ?? '');
    expect(page).toMatchObject({ status: 200, heading: 'Welcome' });
    expect(sent.status).toBe(303);
    expect(target.origin + target.pathname).toBe('http://login.cafe.example/login');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      username: 'anna',
      password: portalPassword(siteKey, { username: 'anna', mac, nas: 'cafe-1' }, slotOf(lab.clock.now())).reveal(),
      dst: expect.stringMatching(new RegExp(`^${lab.url}/p/cafe/status\\?c=[\\w.-]+$`)),
      popup: 'false',
      var: expect.stringMatching(/^[\w-]{16}$/),
    });
  });
});
