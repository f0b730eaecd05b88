import { describe, expect, it } from 'vitest';
import { arrive, get, guestMac, offerHotspot } from './guest.ts';
import { startRouter } from './support.ts';

const login = 'http://login.test/login';
const anna = { username: 'anna', password: 'geheim' };

async function cafe(profile: Readonly<Record<string, string>> = {}) {
  const lab = await startRouter();
  offerHotspot(lab.router, { 'login-by': 'cookie,http-pap', 'http-cookie-lifetime': '1h', ...profile });
  lab.router.add('/ip/hotspot/user', { name: 'anna', password: 'geheim' });
  const { gateway } = await arrive(lab.router);
  const page = await get(gateway, login, { form: anna });
  const [cookie = ''] = (page.headers.get('set-cookie') ?? '').split(';');
  /** Somebody with this cookie opens the login page of the hotspot. */
  const back = async (kept = cookie, at = gateway) => get(at, login, { headers: { Cookie: `theme=dark; ${kept}` } });
  return { ...lab, gateway, page, cookie, back };
}

const online = (lab: Awaited<ReturnType<typeof cafe>>) =>
  lab.router.rows('/ip/hotspot/active').map((row) => row['login-by']);

describe('a browser that a hotspot gave a cookie', () => {
  it('IS-40: is logged in again by it, and has another one then', async () => {
    await using lab = await cafe();
    const { router, page, cookie, back, clock } = lab;
    expect(page.headers.get('set-cookie')).toMatch(/^hotspot=[0-9a-f]{32}; Path=\/; Max-Age=3600$/);
    expect(router.rows('/ip/hotspot/cookie')).toEqual([
      { '.id': '*1', user: 'anna', 'mac-address': guestMac, 'expires-in': '1h', 'mac-cookie': 'false' },
    ]);
    router.remove('/ip/hotspot/active', 'anna');
    await clock.advance(1_800_000);

    const again = await back();

    expect(again.statusLine).toBe('HTTP/1.0 302 Hotspot redirect');
    expect(again.headers.get('set-cookie')).not.toContain(cookie);
    expect(online(lab)).toEqual(['cookie']);
    expect(router.rows('/ip/hotspot/cookie')).toMatchObject([{ '.id': '*2', 'expires-in': '1h' }]);
    router.remove('/ip/hotspot/active', 'anna');
    expect((await back()).body).toContain('name="password"');
  });

  it('keeps it after a logout, unless it asks for it to be erased', async () => {
    await using lab = await cafe();
    const { router, gateway, back } = lab;

    await get(gateway, 'http://login.test/logout');
    expect(router.rows('/ip/hotspot/cookie')).toHaveLength(1);
    await back();
    expect(online(lab)).toEqual(['cookie']);
    await get(gateway, 'http://login.test/logout?erase-cookie=on');

    expect(router.rows('/ip/hotspot/cookie')).toEqual([]);
    expect((await back()).body).toContain('name="password"');
  });

  it('gets in with it on its own device alone, in its time, and while it is right', async () => {
    await using lab = await cafe();
    const { router, back, clock, cookie } = lab;
    const other = await arrive(router, { mac: '02:00:5E:00:00:0B' });
    await get(lab.gateway, 'http://login.test/logout');

    expect((await back(cookie, other.gateway)).body).toContain('name="password"');
    expect((await back('hotspot=00000000000000000000000000000000')).body).toContain('name="password"');
    router.set('/ip/hotspot/user', 'anna', { password: 'other' });
    expect((await back()).body).toContain('name="password"');
    expect(router.rows('/ip/hotspot/cookie')).toEqual([]);

    router.set('/ip/hotspot/user', 'anna', { password: 'geheim' });
    const page = await get(lab.gateway, login, { form: anna });
    const [second = ''] = (page.headers.get('set-cookie') ?? '').split(';');
    router.remove('/ip/hotspot/active', 'anna');
    await clock.advance(3_600_000);
    expect((await back(second)).body).toContain('name="password"');
    expect(router.rows('/ip/hotspot/cookie')).toEqual([]);
  });

  it('is not given one without cookie in login-by, nor for a device known by its MAC', async () => {
    await using plain = await cafe({ 'login-by': 'http-pap' });
    expect(plain.page.headers.get('set-cookie')).toBeUndefined();

    await using lab = await cafe({ 'login-by': 'cookie,mac,http-pap' });
    lab.router.add('/ip/hotspot/user', { name: '02:00:5E:00:00:0C' });
    expect(await arrive(lab.router, { mac: '02:00:5E:00:00:0C' })).toMatchObject({ online: true });
    expect(lab.router.rows('/ip/hotspot/cookie')).toHaveLength(1);
  });
});

describe('a hotspot with trial in login-by', () => {
  it('offers none, and lets nobody in by it: trials are not simulated', async () => {
    await using lab = await startRouter();
    offerHotspot(lab.router, { 'login-by': 'http-pap,trial' });
    const { gateway } = await arrive(lab.router);

    const page = await get(gateway, login);
    const tried = await get(gateway, `${login}?username=T-${guestMac}`);

    expect(page.body).not.toContain('T-');
    expect(tried.body).toContain('invalid username or password');
    expect(lab.router.sessions()).toEqual([]);
  });
});
