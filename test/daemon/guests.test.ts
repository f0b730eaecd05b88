import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGuestUsername } from '../../src/access/portal-password.ts';
import { CafeNetwork, cafeCanaries, cafeDevices, menuUrl, peopleYaml } from '../support/cafe.ts';
import type { DaemonProcess } from '../support/lastmile.ts';

/** What a telephone asks for to find out whether there is a portal. */
const probe = 'http://connectivitycheck.gstatic.com/generate_204';
const gina = { username: 'gina@cafe.example', password: cafeCanaries.gina };

let lastMac = 0;

/** A telephone that nobody has seen before. */
function phone(): string {
  lastMac += 1;
  return `02:00:5E:00:53:${lastMac.toString(16).padStart(2, '0').toUpperCase()}`;
}

describe('a café declared in git', () => {
  let cafe: CafeNetwork;
  let daemon: DaemonProcess;

  beforeAll(async () => {
    cafe = await CafeNetwork.start();
    daemon = await cafe.running();
  });

  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    await cafe[Symbol.asyncDispose]();
  });

  it('IS-21, IS-22, IS-25, IS-26, IS-28, IS-29, IS-30, IS-31: a guest logs in on the portal and is online by the hotspot', async () => {
    const mac = phone();
    const { device, browser } = await cafe.guest(mac);

    const page = await browser.get(probe);
    const online = await browser.submit(page, gina);

    expect(device).toMatchObject({ online: false, address: expect.stringMatching(/^10\.11\.0\.\d+$/) });
    expect(page).toMatchObject({ status: 200, heading: 'Welcome' });
    expect(page.url).toMatch(new RegExp(`^${cafe.publicUrl}/p/cafe\\?`));
    expect(online).toMatchObject({ status: 200, heading: 'You are online' });
    expect(cafe.router.rows('/ip/hotspot/active')).toMatchObject([
      { user: gina.username, 'mac-address': mac, 'login-by': 'http-pap', radius: 'true' },
    ]);
    expect(online.redirects.join(' ')).not.toContain(encodeURIComponent(cafeCanaries.gina));
    const { out } = await cafe.lastmile('why', gina.username);
    expect(out).toContain('core-1');
    cafe.router.hangUp(gina.username);
  });

  it('lets whoever accepts the terms in, with what that service gives', async () => {
    const mac = phone();
    const { browser } = await cafe.guest(mac);

    const online = await browser.submit(await browser.get(probe), { terms: 'accepted' });

    expect(online).toMatchObject({ status: 200, heading: 'You are online' });
    const active = cafe.router.rows('/ip/hotspot/active').find((row) => row['mac-address'] === mac);
    expect(parseGuestUsername(active?.['user'] ?? '')).toEqual({ site: 'cafe', mac });
    const queue = cafe.router.rows('/queue/simple').find((row) => row['name']?.includes(active?.['user'] ?? 'none'));
    expect(queue).toMatchObject({ 'max-limit': '1000000/2000000' });
  });

  it('tells who mistypes, and lets them try again', async () => {
    const { browser } = await cafe.guest(phone());

    const wrong = await browser.submit(await browser.get(probe), { ...gina, password: 'guess' });
    const online = await browser.submit(wrong, gina);

    expect(wrong.text).toContain('The username or the password is wrong');
    expect(online.heading).toBe('You are online');
    cafe.router.hangUp(gina.username);
  });

  it('IS-51, IS-52: leaves the hosts of the walled garden, and no others, open to who has not logged in', async () => {
    const { browser } = await cafe.guest(phone());

    const menu = await browser.get(menuUrl);
    const other = await browser.get('http://news.example/');

    // Nobody serves the menu here; what matters is that it was not the portal that answered.
    expect(menu.url).toBe(menuUrl);
    expect(other.url).toMatch(/\/p\/cafe\?/);
  });

  it('IS-15, IS-53, IS-54, IS-55, IS-56, IS-57, IS-58, IS-62, IS-63: takes the form of another platform’s page', async () => {
    const mac = phone();
    const { device, browser } = await cafe.guest(mac);
    const posted = {
      ...{ domain: 'acme', region: 'coast', 'virtual-id': '7', mac, ip: device.address ?? '', error: '' },
      'link-success': 'http://news.example/today',
      'link-login': 'http://login.cafe.example/login?dst=http%3A%2F%2Fnews.example%2Ftoday',
      'plain-passwd': 'yes',
      ...gina,
    };

    const refused = await browser.post(`${cafe.publicUrl}/external/hotspot/mikrotik/login`, {
      ...posted,
      password: 'guess',
    });
    const sent = await browser.post(`${cafe.publicUrl}/external/hotspot/mikrotik/login`, posted);

    expect(refused.text).toContain('The username or the password is wrong');
    expect(sent.redirects[0]).toMatch(/^http:\/\/login\.cafe\.example\/login\?username=gina/);
    expect(cafe.router.rows('/ip/hotspot/active')).toContainEqual(
      expect.objectContaining({ user: gina.username, 'mac-address': mac }),
    );
    cafe.router.hangUp(gina.username);
  });

  it('is not fooled by attributes that a guest adds to the login form of the router', async () => {
    const { device, browser } = await cafe.guest(phone());
    // In a spelling that the router does not take for a MAC: that it would refuse by itself.
    const till = { username: '0c42.a100.0b01', password: cafeCanaries.macPassword };

    for (const added of [{ radius31: cafeDevices.till }, { radius6: 'x' }]) {
      await browser.get(`http://login.cafe.example/login?${new URLSearchParams({ ...till, ...added })}`);
      expect(device.online).toBe(false);
    }
    const { out } = await cafe.lastmile('why', cafeDevices.till);
    expect(out.match(/: ambiguous-request$/gm)).toHaveLength(2);
  });

  it('IS-24, SPL-20: lets a declared device in by its MAC, before anybody touches it', async () => {
    const { device } = await cafe.guest(cafeDevices.till);

    expect(device.online).toBe(true);
    expect(cafe.router.rows('/ip/hotspot/active')).toContainEqual(
      expect.objectContaining({ 'mac-address': cafeDevices.till, 'login-by': 'mac', radius: 'true' }),
    );
  });

  it('SPL-08, SPL-21: lets an account of the router’s own in without RADIUS', async () => {
    const { browser } = await cafe.guest(phone());
    const page = await browser.get('http://login.cafe.example/login');
    const answer = await browser.get(
      `http://login.cafe.example/login?${new URLSearchParams({ username: 'hana@cafe.example', password: cafeCanaries.hana })}`,
    );

    expect(page.url).toMatch(/\/p\/cafe\?/);
    expect(answer.status).toBeLessThan(400);
    expect(cafe.router.rows('/ip/hotspot/active')).toContainEqual(
      expect.objectContaining({ user: 'hana@cafe.example', radius: 'false' }),
    );
  });

  it('SPL-17, SPL-18: gives declared houses their addresses by DHCP, asked by RADIUS or kept on the router', async () => {
    const [kate, leo, mia] = await Promise.all([
      cafe.router.lease({ mac: cafeDevices.kate, interface: 'ether4' }),
      cafe.router.lease({ mac: cafeDevices.leo, interface: 'ether4' }),
      cafe.router.lease({ mac: cafeDevices.mia, interface: 'ether4' }),
    ]);

    expect(kate).toMatchObject({ ok: true, address: '10.21.0.200', radius: true, rateLimit: '20M/100M' });
    expect(leo).toMatchObject({ ok: true, address: expect.stringMatching(/^10\.21\.0\.\d+$/), radius: true });
    expect(mia).toMatchObject({ ok: true, address: '10.21.0.201', radius: false });
  });

  it('SPL-19: gives a device that nobody declared an address of the fake pool', async () => {
    const stranger = await cafe.router.lease({ mac: '0C:42:A1:FF:FF:01', interface: 'ether4' });

    expect(stranger).toMatchObject({ ok: true, address: expect.stringMatching(/^10\.21\.9\.\d+$/) });
  });

  it('OM-05, OM-06, OM-14, OM-15: lets the same account in by an Omada controller', async () => {
    const mac = phone();
    const { browser } = await cafe.terraceGuest(mac);

    const page = await browser.get(probe);
    const online = await browser.submit(page, gina);

    expect(page.heading).toBe('Welcome');
    expect(online.heading).toBe('You are online');
    expect(cafe.omada.clients().find((client) => client.mac.replaceAll('-', ':') === mac)).toMatchObject({
      authorised: true,
    });
  });

  it('has nothing to change afterwards', async () => {
    const plan = await cafe.lastmile('plan', cafe.dir, '--detailed-exitcode');

    expect(plan).toMatchObject({ code: 0 });
    expect(plan.out).toContain('Nothing to change');
  });

  it('says no secret anywhere', async () => {
    const status = await cafe.lastmile('status', '-o', 'json');
    const why = await cafe.lastmile('why', gina.username, '-o', 'json');
    const said = [daemon.complaints, status.out, why.out].join('\n');

    for (const secret of Object.values(cafeCanaries)) expect(said).not.toContain(secret);
  });
});

describe('guests of a café whose declaration changes', () => {
  it('IW-18, SPL-21: are gone from the hotspot when they are suspended, by RADIUS and by the router’s own account', async () => {
    await using cafe = await CafeNetwork.start();
    await using daemon = await cafe.running();
    const { browser } = await cafe.guest(phone());
    await browser.submit(await browser.get(probe), gina);
    await cafe.router.accountingIdle();

    cafe.write('people.yaml', peopleYaml('    state: suspended\n    reason: unpaid\n'));
    cafe.commit('an invoice is open');
    const settled = await daemon.logged({ msg: 'session settled', username: gina.username });

    expect(settled).toMatchObject({ result: 'disconnected', detail: expect.stringMatching(/^Disconnect-ACK/) });
    expect(cafe.router.rows('/ip/hotspot/active')).toEqual([]);
    const again = await browser.submit(await browser.get(probe), gina);
    expect(again.text).toContain('This account is suspended');
  });

  it('IW-19: have another speed at once who only accepted the terms, and are put off when nobody is let in so', async () => {
    await using cafe = await CafeNetwork.start();
    await using daemon = await cafe.running();
    const { device, browser } = await cafe.guest(phone());
    await browser.submit(await browser.get(probe), { terms: 'accepted' });
    await cafe.router.accountingIdle();
    const speed = () => cafe.router.rows('/queue/simple').map((row) => row['max-limit']);

    cafe.write('people.yaml', peopleYaml().replace('rate: {down: 2M, up: 1M}', 'rate: {down: 8M, up: 4M}'));
    cafe.commit('more for guests');
    const changed = await daemon.logged({ msg: 'session settled', result: 'changed' });
    const faster = speed();
    const site = readFileSync(join(cafe.dir, 'site.yaml'), 'utf8');
    cafe.write('site.yaml', site.replace(', click-through]', ']').replace(/ {2}services: .*\n/, ''));
    cafe.commit('accounts only');
    const ended = await daemon.logged({ msg: 'session settled', result: 'disconnected' });

    expect(changed).toMatchObject({ action: 'change', detail: 'CoA-ACK' });
    expect(faster).toEqual(['4000000/8000000']);
    expect(ended).toMatchObject({ why: 'no guests without an account' });
    expect(device.online).toBe(false);
    expect(cafe.router.rows('/ip/hotspot/active')).toEqual([]);
  });

  it('IS-27: are known to the portal and to RADIUS as soon as the commit that brings them', async () => {
    await using cafe = await CafeNetwork.start();
    await using _daemon = await cafe.running();
    const { browser } = await cafe.guest(phone());
    const ida = { username: 'ida@cafe.example', password: 'canary-ida-0271aa' };
    const before = await browser.submit(await browser.get(probe), ida);

    cafe.write('ida.yaml', idaYaml(ida));
    cafe.commit('ida');
    await cafe.lastmile('reconcile', 'directory');
    const online = await browser.submit(before, ida);

    expect(before.text).toContain('The username or the password is wrong');
    expect(online.heading).toBe('You are online');
  });

  it('IS-23: with mac-cookie come back by their MAC, and not after they were suspended', async () => {
    await using cafe = await CafeNetwork.start({ loginBy: 'mac, http-pap, mac-cookie' });
    await using daemon = await cafe.running();
    const mac = phone();
    const { browser } = await cafe.guest(mac);
    // A lasting password, typed at the router itself: a password for once would be dead at the second visit.
    await browser.get(`http://login.cafe.example/login?${new URLSearchParams(gina)}`);
    await cafe.router.leave(mac);
    const back = await cafe.guest(mac);
    await cafe.router.accountingIdle();
    const cookies = cafe.router.rows('/ip/hotspot/cookie');

    cafe.write('people.yaml', peopleYaml('    state: suspended\n'));
    cafe.commit('suspended');
    await daemon.logged({ msg: 'session settled', username: gina.username, result: 'disconnected' });
    await cafe.router.leave(mac);
    const { device } = await cafe.guest(mac);

    expect(back.device.online).toBe(true);
    expect(cookies).toMatchObject([{ user: gina.username, 'mac-cookie': 'true' }]);
    expect(cafe.router.rows('/ip/hotspot/cookie')).toEqual([]);
    expect(device.online).toBe(false);
  });
});

function idaYaml({ username, password }: { readonly username: string; readonly password: string }): string {
  return `apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: ida}
spec: {service: cafe, username: ${username}, password: ${password}}
`;
}
