import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CafeNetwork, cafeCanaries } from '../support/cafe.ts';
import type { DaemonProcess } from '../support/lastmile.ts';

const probe = 'http://connectivitycheck.gstatic.com/generate_204';
const gina = { username: 'gina@cafe.example', password: cafeCanaries.gina };

let lastMac = 0;

/** A telephone that nobody has seen before. */
function phone(): string {
  lastMac += 1;
  return `02:00:5E:00:54:${lastMac.toString(16).padStart(2, '0').toUpperCase()}`;
}

type Session = Readonly<Record<string, unknown>>;

/** What accounting knows of gina's sessions, closed ones too. */
async function sessionsOf(cafe: CafeNetwork): Promise<readonly Session[]> {
  const { out } = await cafe.lastmile('sessions', '--all', '--user', gina.username, '-o', 'json');
  return JSON.parse(out) as readonly Session[];
}

function online(cafe: CafeNetwork) {
  return cafe.router.rows('/ip/hotspot/active').map((row) => ({ user: row['user'], mac: row['mac-address'] }));
}

describe('a guest who has logged in on the portal', () => {
  let cafe: CafeNetwork;
  let daemon: DaemonProcess;

  beforeAll(async () => {
    cafe = await CafeNetwork.start();
    daemon = await cafe.running();
  });

  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await cafe?.[Symbol.asyncDispose]();
  });

  it('logs out at the router: the session is closed in accounting with all that went through it', async () => {
    const mac = phone();
    const { browser } = await cafe.guest(mac);
    await browser.submit(await browser.get(probe), gina);
    cafe.router.traffic(mac, { up: 1_500n, down: 2n ** 33n });

    await browser.get('http://login.cafe.example/logout');
    await cafe.router.accountingIdle();
    const sessions = await sessionsOf(cafe);
    const again = await browser.get(probe);

    expect(online(cafe)).toEqual([]);
    expect(sessions.find((session) => session['callingStationId'] === mac)).toMatchObject({
      upOctets: '1500',
      downOctets: String(2n ** 33n),
      terminateCause: 'User-Request',
    });
    expect(again.heading).toBe('Welcome');
  });

  it('logs out at the portal: the session ends by a Disconnect-Request', async () => {
    const mac = phone();
    const { browser } = await cafe.guest(mac);
    const status = await browser.submit(await browser.get(probe), gina);
    // Nothing but RADIUS reaches the router now.
    cafe.router.set('/ip/service', 'api', { disabled: 'yes' });
    cafe.router.dropConnections();

    const button = status.forms.find(({ action }) => action.includes('logout'));
    if (button === undefined) throw new Error(`no button on ${status.url}: ${status.text}`);
    const left = await browser.submit(status, {}, button);
    await cafe.router.accountingIdle();
    cafe.router.set('/ip/service', 'api', { disabled: 'no' });
    const sessions = await sessionsOf(cafe);

    expect(left).toMatchObject({ status: 200, heading: 'You are logged out' });
    expect(online(cafe)).toEqual([]);
    expect(sessions.find((session) => session['callingStationId'] === mac)).toMatchObject({
      stoppedAt: expect.any(String),
      terminateCause: 'Admin-Reset',
    });
    expect((await browser.get(probe)).heading).toBe('Welcome');
  });

  it('is another device to the hotspot once the telephone has made up another MAC', async () => {
    const [first, second] = [phone(), phone()];
    const before = await cafe.guest(first);
    const stale = await before.browser.get(probe);
    await before.browser.submit(await before.browser.get(probe), gina);
    await cafe.router.leave(first);
    const after = await cafe.guest(second);

    // Each portal login here is the first of its name and device: in the last seconds of a minute a second has to wait.
    const old = await after.browser.submit(stale, { terms: 'accepted' });
    const full = await after.browser.submit(await after.browser.get(probe), gina);
    cafe.router.hangUp(first, 'Lost-Service');
    await after.browser.get(`http://login.cafe.example/login?${new URLSearchParams(gina)}`);

    // The page was made for the other MAC, and so was its password.
    expect(old.url).toContain(encodeURIComponent(second));
    expect(old.text).toContain('The login took too long. Please try again.');
    // What it left behind counts until the hotspot misses it, and `shared-users` of a router is 1 from the factory.
    expect(full.text).toContain('already in use on as many devices as it allows');
    expect(online(cafe)).toEqual([{ user: gina.username, mac: second }]);
    cafe.router.hangUp(second);
  });

  it('OM-05: on a wire behind an Omada gateway, is let in by the controller', async () => {
    const mac = phone();
    const { device, browser } = await cafe.terraceGuest(mac, 'wire');

    const page = await browser.get(probe);
    const status = await browser.submit(page, gina);

    expect(device.place).toMatchObject({ kind: 'gateway', vid: '20' });
    expect(page.heading).toBe('Welcome');
    expect(status.heading).toBe('You are online');
    expect(cafe.omada.clients()).toContainEqual(expect.objectContaining({ mac: device.mac, authorised: true }));
  });
});

describe('a café whose hotspot takes challenges alone', () => {
  it('IS-40: lets a guest in by the answer to the challenge of its page', async () => {
    await using cafe = await CafeNetwork.start({
      loginBy: 'mac, http-chap',
      bridge: 'mikrotik: {router: core-1, hotspot: cafe, method: chap}',
    });
    await using _daemon = await cafe.running();
    const mac = phone();
    const { browser } = await cafe.guest(mac);

    const wrong = await browser.submit(await browser.get(probe), { ...gina, password: 'guess' });
    const status = await browser.submit(wrong, gina);
    await cafe.router.accountingIdle();

    expect(wrong.text).toContain('The username or the password is wrong');
    expect(status.heading).toBe('You are online');
    expect(cafe.router.rows('/ip/hotspot/active')).toMatchObject([
      { user: gina.username, 'mac-address': mac, 'login-by': 'http-chap', radius: 'true' },
    ]);
  });
});

describe('a café whose hotspot has a certificate', () => {
  it('IS-40: takes guests over HTTPS once the router has it, and is told missing until then', async () => {
    await using cafe = await CafeNetwork.start({
      loginBy: 'mac, http-pap, https',
      hotspot: '      certificate: cafe-2026\n',
    });
    await using _daemon = await cafe.running();
    const before = await cafe.lastmile('status');

    cafe.router.certify({ name: 'cafe-2026', commonName: 'login.cafe.example' });
    await cafe.lastmile('reconcile');
    const { browser } = await cafe.guest(phone());
    const status = await browser.submit(await browser.get(probe), gina);

    expect(before.out).toContain('input does not match any value of ssl-certificate');
    expect(cafe.router.row('/ip/hotspot', 'cafe')).toMatchObject({ HTTPS: 'true' });
    expect(status.redirects[0]).toMatch(/^https:\/\/login\.cafe\.example\/login\?/);
    expect(status.heading).toBe('You are online');
    expect(cafe.router.rows('/ip/hotspot/active')).toMatchObject([{ user: gina.username, 'login-by': 'https' }]);
  });
});

describe('a daemon that dies while a guest looks at its page', () => {
  it('takes the page when it is back: nothing of the guest was in its memory', async () => {
    await using cafe = await CafeNetwork.start();
    const first = await cafe.running();
    const mac = phone();
    const { browser } = await cafe.guest(mac);
    const page = await browser.get(probe);

    await first.stop('SIGKILL');
    const gone = await browser.submit(page, gina);
    await using _second = await cafe.running();
    const status = await browser.submit(page, gina);

    // So says the simulated network.
    expect(gone.text).toBe('This host does not answer.');
    expect(status.heading).toBe('You are online');
    expect(online(cafe)).toEqual([{ user: gina.username, mac }]);
  });
});

describe('a repository that breaks while guests log in', () => {
  it.each([
    [
      'its history cannot be read',
      (dir: string) => renameSync(join(dir, '.git', 'objects'), join(dir, '.git', 'lost')),
    ],
    ['it is gone', (dir: string) => rmSync(dir, { recursive: true })],
  ])('keeps nobody out: %s', async (_what, spoil) => {
    await using cafe = await CafeNetwork.start();
    await using daemon = await cafe.running('--poll-seconds', '1');
    const { browser } = await cafe.guest(phone());
    const page = await browser.get(probe);

    spoil(cafe.dir);
    await daemon.logged({ msg: 'declarations cannot be read; what is in force stays' });
    const status = await browser.submit(page, gina);
    const { browser: another } = await cafe.guest(phone());
    const terms = await another.submit(await another.get(probe), { terms: 'accepted' });

    expect([status.heading, terms.heading]).toEqual(['You are online', 'You are online']);
    expect(online(cafe)).toHaveLength(2);
  });
});
