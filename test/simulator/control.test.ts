import { describe, expect, it } from 'vitest';
import { simulateRouterOs } from '../../src/simulator/command.ts';
import { simulateRouterOsFlags } from '../../src/simulator/command-flags.ts';
import { routerControl } from '../../src/simulator/control.ts';
import { SimulatorControl } from '../../src/simulator/control-client.ts';
import { ControlError } from '../../src/simulator/control-request.ts';
import { ControlServer } from '../../src/simulator/control-server.ts';
import { get, guestMac, offerHotspot, raw } from './guest.ts';
import { ManualClock, offerPppoe, RawClient, startRouter } from './support.ts';

async function controlled() {
  const lab = await startRouter();
  const server = await ControlServer.start(routerControl(lab.router));
  return {
    ...lab,
    address: `127.0.0.1:${server.port}`,
    control: new SimulatorControl(`127.0.0.1:${server.port}`),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

describe('the control port', () => {
  it('dials, moves octets, shows and hangs up', async () => {
    await using lab = await controlled();
    const { control } = lab;
    offerPppoe(lab.router);
    await control.add('/ppp/secret', { name: 'anna', password: 'pw', profile: 'pppoe' });

    expect(await control.dial({ username: 'anna', password: 'no' })).toEqual({
      ok: false,
      reason: 'authentication failed',
    });
    expect(await control.dial({ username: 'anna', password: 'pw', method: 'chap' })).toMatchObject({
      ok: true,
      address: '10.0.0.10',
    });
    expect(await control.traffic('anna', { up: 2n ** 60n, down: 7n })).toBe(1);
    expect(await control.sessions()).toMatchObject([
      { username: 'anna', upOctets: String(2n ** 60n), downOctets: '7' },
    ]);
    expect(await control.rows('/ppp/active')).toMatchObject([{ name: 'anna' }]);
    expect(await control.hangUp('anna', 'Lost-Carrier')).toBe(1);
    expect(await control.hangUp('anna')).toBe(0);
    expect((await control.log()).at(-1)).toMatchObject({ message: '<pppoe-anna>: disconnected' });
  });

  it('has devices ask for addresses, renew and release them', async () => {
    await using lab = await controlled();
    const { control } = lab;
    const mac = '02:00:5E:00:00:0A';
    await control.add('/ip/pool', { name: 'lan', ranges: '10.30.0.10-10.30.0.12' });
    await control.add('/ip/dhcp-server', { name: 'lan', interface: 'ether3', 'address-pool': 'lan' });

    expect(await control.lease({ mac, interface: 'ether9' })).toEqual({ ok: false, reason: 'no dhcp server' });
    expect(await control.lease({ mac, interface: 'ether3', hostName: 'phone', renews: false })).toMatchObject({
      ok: true,
      address: '10.30.0.10',
    });
    expect(await control.renew(mac)).toMatchObject({ ok: true, address: '10.30.0.10', leaseSeconds: 600 });
    expect(await control.leases()).toMatchObject([{ mac, hostName: 'phone' }]);
    expect(await control.release(mac)).toBe(true);
    expect(await control.release(mac, { silently: true })).toBe(false);
    await expect(control.lease({ mac, hostName: 'x'.repeat(256) })).rejects.toThrow('longer than 255 octets');
  });

  it('has devices come to a hotspot and go', async () => {
    await using lab = await controlled();
    const { control } = lab;
    offerHotspot(lab.router);
    await control.add('/ip/hotspot/user', { name: 'anna', password: 'pw' });

    const mac = '02-00-5e-00-00-0a';
    const device = await control.join({
      mac,
      interface: 'ether3',
      hostName: 'phone',
      resolve: { 'a.test': '[::1]:80' },
    });
    if (!device.ok) throw new Error(device.reason);
    await get(device.gateway, 'http://login.test/login?username=anna&password=pw');

    expect(device).toMatchObject({ mac: guestMac, address: '10.5.50.10', hotspot: 'hs-cafe', online: false });
    expect(await control.devices()).toMatchObject([{ hostName: 'phone', online: true, username: 'anna' }]);
    expect(await control.sessions()).toMatchObject([{ kind: 'hotspot', mac: guestMac, username: 'anna' }]);
    expect(await control.traffic(guestMac, { up: 9n })).toBe(1);
    expect(await control.leave(mac)).toBe(true);
    expect(await control.leave(mac)).toBe(false);
    expect(await control.devices()).toEqual([]);
    expect(await control.join({ mac: 'x' })).toEqual({ ok: false, reason: 'not a mac' });
    expect(await control.join({ mac, interface: 'ether4' })).toEqual({ ok: false, reason: 'no hotspot' });
    await expect(control.join({ mac, resolve: { a: 1 } as never })).rejects.toThrow('resolve: an object of texts');
  });

  it('changes rows as a person would, faults and all, and restarts', async () => {
    await using lab = await controlled();
    const { control } = lab;

    const id = await control.add('/ppp/secret', { name: '7', password: 'pw' });
    await control.set('/ppp/secret', '7', { comment: 'by hand' });
    await control.set('/system/identity', undefined, { name: 'core-9' });
    expect(await control.rows('/ppp/secret')).toMatchObject([{ '.id': id, comment: 'by hand' }]);
    expect(await control.rows('/system/identity')).toEqual([{ name: 'core-9' }]);
    await control.remove('/ppp/secret', id);
    expect(await control.rows('/ppp/secret')).toEqual([]);

    await control.setFaults([{ kind: 'refuse-login', times: 1 }]);
    using client = await RawClient.connect(lab.router.apiPort);
    expect(await client.trap('/login', '=name=admin', '=password=')).toBe('invalid user name or password (6)');
    await control.reboot();
    await client.closed;
  });

  it('says what is wrong with a request', async () => {
    await using lab = await controlled();
    const { control } = lab;
    const post = async (path: string, body: string) => {
      const response = await fetch(`http://${lab.address}${path}`, { method: 'POST', body });
      return [response.status, await response.json()];
    };

    await expect(control.rows('/no/such')).rejects.toThrow('the simulated router has no menu /no/such');
    await expect(control.add('/ppp/secret', { name: '' })).rejects.toThrow(ControlError);
    await expect(control.remove('/ppp/secret', '*9')).rejects.toThrow('no such item');
    await expect(control.dial({ username: 'x'.repeat(300), password: '' })).rejects.toThrow('longer than 253 octets');
    expect(await post('/dial', '{"username":"anna"}')).toEqual([400, { error: 'password: a text is needed' }]);
    expect(await post('/dial', 'not json')).toEqual([400, { error: 'the body is not JSON' }]);
    expect(await post('/dial', '[]')).toEqual([400, { error: 'the body must be a JSON object' }]);
    expect(await post('/traffic', '{"session":"x","up":-1}')).toEqual([400, { error: 'up: a count of octets' }]);
    expect(await post('/faults', '{"faults":[{"kind":"meteor"}]}')).toMatchObject([400, {}]);
    expect(await post('/hangup', '{"session":"x","cause":"__proto__"}')).toMatchObject([400, {}]);
    expect(await post('/nothing', '{}')).toEqual([404, { error: 'no POST /nothing' }]);
  });
});

describe('the firewall over the control port', () => {
  it('tells what becomes of a packet', async () => {
    await using lab = await controlled();
    await lab.control.add('/ip/firewall/filter', {
      chain: 'forward',
      protocol: 'udp',
      action: 'drop',
      comment: 'no dns',
    });

    expect(await lab.control.reach('10.0.0.9', { protocol: 'udp', host: '203.0.113.53' })).toEqual({
      verdict: 'drop',
      address: '203.0.113.53',
      port: 53,
      translated: false,
      atRouter: false,
      by: { menu: '/ip/firewall/filter', id: '*1', comment: 'no dns' },
      unjudged: [],
    });
    expect(await lab.control.reach('10.0.0.9', { dstPort: 443 })).toMatchObject({ verdict: 'accept', port: 443 });
    await expect(lab.control.reach('10.0.0.9', { protocol: 'sctp' as 'tcp' })).rejects.toThrow(
      'protocol: one of tcp, udp, icmp',
    );
  });
});

describe('lastmile simulate routeros', () => {
  const options = {
    listenApi: '127.0.0.1:0',
    listenControl: '127.0.0.1:0',
    identity: 'core-1',
    user: 'lastmile',
    password: 'pw',
    version: '7.17.1',
    printListeners: true,
  };

  it('prints where it listens, serves, and ends with its signal', async () => {
    const stop = new AbortController();
    let tell: (line: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const running = simulateRouterOs(options, { out: tell, signal: stop.signal, clock: new ManualClock() });
    const { api, control } = JSON.parse(await first) as { api: string; control: string };

    using client = await RawClient.login(Number(api.split(':')[1]), 'lastmile', 'pw');
    expect(await client.rows('/system/identity/print')).toEqual([{ name: 'core-1' }]);
    expect(await new SimulatorControl(control).rows('/system/resource')).toMatchObject([
      { version: '7.17.1 (stable)' },
    ]);

    stop.abort();
    await running;
    await client.closed;
  });

  it('shows its hotspot to a browser that nobody announced', async () => {
    const stop = new AbortController();
    let tell: (line: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const listen = { listenHotspot: '127.0.0.1:0' };
    const running = simulateRouterOs({ ...options, ...listen }, { out: tell, signal: stop.signal });
    const { control: address, hotspot } = JSON.parse(await first) as { control: string; hotspot: string };
    const control = new SimulatorControl(address);

    expect((await fetch(`http://${hotspot}/login`)).status).toBe(503);
    await control.add('/ip/hotspot', { name: 'hs', interface: 'ether2' });
    await control.set('/ip/hotspot/profile', 'default', { 'login-by': 'http-pap', 'dns-name': 'login.test' });
    await control.add('/ip/hotspot/user', { name: 'anna', password: 'pw' });
    const page = await fetch(`http://${hotspot}/login?dst=http://localhost/`);
    const form = { method: 'POST', body: new URLSearchParams({ username: 'anna', password: 'pw' }) };
    const entered = await fetch(`http://${hotspot}/login`, { ...form, redirect: 'manual' });

    expect(await page.text()).toContain(`action="http://${hotspot}/login"`);
    expect(entered.headers.get('location')).toBe(`http://${hotspot}/status`);
    expect(await (await fetch(`http://${hotspot}/status`)).text()).toContain('Welcome anna!');
    // As a proxy it is the same device.
    expect(await raw(hotspot, 'GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n')).toContain('502');
    expect(await control.devices()).toMatchObject([{ address: '10.5.50.2', online: true }]);

    stop.abort();
    await running;
  });

  it('refuses addresses that are none', async () => {
    const io = { out: () => undefined, signal: AbortSignal.abort() };

    await expect(simulateRouterOs({ ...options, listenApi: '8728' }, io)).rejects.toThrow(
      '--listen-api: expected host:port',
    );
    await expect(simulateRouterOs({ ...options, listenHotspot: 'x' }, io)).rejects.toThrow(
      '--listen-hotspot: expected',
    );
    await expect(simulateRouterOs({ ...options, nasAddress: 'router' }, io)).rejects.toThrow(
      '--nas-address: not an address',
    );
    await expect(simulateRouterOs({ ...options, disabledSecret: 'maybe' }, io)).rejects.toThrow(
      '--disabled-secret: one of asks-radius, refused',
    );
    await expect(simulateRouterOs({ ...options, fastTrackPercent: '101' }, io)).rejects.toThrow(
      '--fast-track-percent: a whole number up to 100',
    );
  });

  it('behaves as its flags say: packages, and how much FastTrack takes', async () => {
    const stop = new AbortController();
    let tell: (line: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const flags = { packages: 'wireless, user-manager', fastTrackPercent: '25', disabledSecret: 'refused' };
    const running = simulateRouterOs({ ...options, ...flags }, { out: tell, signal: stop.signal });
    const control = new SimulatorControl((JSON.parse(await first) as { control: string }).control);

    await control.add('/ip/firewall/filter', { chain: 'forward', action: 'fasttrack-connection' });
    expect(await control.rows('/interface/wireless/access-list')).toEqual([]);
    expect(await control.rows('/user-manager')).toMatchObject([{ enabled: 'false' }]);
    await control.add('/interface/pppoe-server/server', { interface: 'ether2', disabled: 'no' });
    await control.add('/ppp/secret', { name: 'zoe', password: 'p', 'remote-address': '10.0.0.9' });
    await control.dial({ username: 'zoe', password: 'p' });
    await control.traffic('zoe', { down: 1000n, peer: '203.0.113.7' });

    expect((await control.rows('/interface')).find((row) => row['name'] === '<pppoe-zoe>')).toMatchObject({
      'tx-byte': '1000',
      'fp-tx-byte': '250',
    });
    stop.abort();
    await running;
  });

  it('describes every one of its flags', () => {
    expect(simulateRouterOsFlags.map(({ flags }) => flags.split(' ')[0])).toEqual([
      '--listen-api',
      '--listen-control',
      '--listen-api-tls',
      '--api-certificate',
      '--addresses',
      '--device-mode',
      '--secrets-unasked',
      '--listen-hotspot',
      '--identity',
      '--user',
      '--password',
      '--nas-address',
      '--version',
      '--packages',
      '--disabled-secret',
      '--fast-track-percent',
      '--flash',
      '--print-listeners',
    ]);
  });
});
