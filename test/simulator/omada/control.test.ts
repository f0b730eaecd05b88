import { describe, expect, it } from 'vitest';
import { ControlError } from '../../../src/simulator/control-request.ts';
import { ControlServer } from '../../../src/simulator/control-server.ts';
import { simulateOmada } from '../../../src/simulator/omada/command.ts';
import { type SimulateOmadaOptions, simulateOmadaFlags } from '../../../src/simulator/omada/command-flags.ts';
import { controllerControl } from '../../../src/simulator/omada/control.ts';
import { OmadaControl } from '../../../src/simulator/omada/control-client.ts';
import { ask, login, mac, post, startOmada } from './support.ts';

const options: SimulateOmadaOptions = {
  listen: '127.0.0.1:0',
  listenPortal: '127.0.0.1:0',
  listenControl: '127.0.0.1:0',
  operator: 'op',
  password: 'pw',
  site: 'Cafe',
  portalUrl: 'http://portal.test/p/cafe',
  version: '5.15.24.19',
  timeUnit: 'ms',
  plainHttp: false,
  printListeners: true,
};

async function controlled() {
  const lab = await startOmada();
  const server = await ControlServer.start(controllerControl(lab.omada));
  const address = `127.0.0.1:${server.port}`;
  return {
    ...lab,
    address,
    control: new OmadaControl(address),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

describe('the control port of the simulated controller', () => {
  it('lets devices join, shows them, takes their access and lets them leave', async () => {
    await using lab = await controlled();
    const { control } = lab;

    const joined = await control.join({ mac, ssid: 'Guest', site: 'Beach', names: { 'beach.test': '127.0.0.1:1' } });
    expect(joined).toMatchObject({
      mac,
      ip: '192.168.88.10',
      site: 'Beach',
      proxy: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    expect(await control.redirectFor(mac, 'http://a.test/')).toMatch(/^https:\/\/beach\.test\/\?clientMac=52-DE/);
    expect(await control.clients()).toMatchObject([{ mac, authorised: false }]);
    expect(await control.unauthorise(mac)).toBe(false);
    expect(await control.leave(mac)).toBe(true);
    expect(await control.clients()).toEqual([]);
  });

  it('takes a VLAN and a radio as numbers, too', async () => {
    await using lab = await controlled();
    const join = (fields: object) => lab.control.join({ mac, ...fields } as never);

    expect(await join({ vid: 40 })).toMatchObject({ place: { kind: 'gateway', vid: '40' } });
    expect(await join({ vid: '40' })).toMatchObject({ place: { kind: 'gateway', vid: '40' } });
    expect(await join({ ssid: 'Guest', radioId: 1 })).toMatchObject({ place: { kind: 'eap', radioId: '1' } });
    for (const vid of [-1, 4.5, 4_096]) await expect(join({ vid })).rejects.toThrow(/^vid: a count of at most 4095/);
    await expect(join({ vid: true })).rejects.toThrow(/^vid: a text is needed/);
  });

  it('ends operator sessions, and changes how the controller behaves', async () => {
    await using lab = await controlled();
    await login(lab.omada);

    await lab.control.expireSessions('redirect');
    expect(await lab.control.behave({ busy: 2, deaf: 1, latencyMs: 5, id: 'new' })).toEqual({
      ...{ id: 'new', expirySign: 'redirect', busy: 2, deaf: 1, latencyMs: 5 },
    });
    expect(await lab.control.counters()).toMatchObject({ logins: 1, auths: 0 });
  });

  it('refuses what makes no sense, in words', async () => {
    await using lab = await controlled();
    const refused = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: ControlError) => error.message,
      );

    expect(await refused(lab.control.join({ mac: 'x' }))).toBe('not a MAC: x');
    expect(await refused(lab.control.join({ mac, site: 'Nowhere' }))).toBe('no site Nowhere');
    expect(await refused(lab.control.join({ mac, names: { a: 1 } as never }))).toMatch(/^names:/);
    expect(await refused(lab.control.redirectFor(mac, 'http://a.test/'))).toMatch(/^no client/);
    expect(await refused(lab.control.expireSessions('x' as never))).toMatch(/^expirySign: one of code, redirect/);
    expect(await refused(lab.control.behave({ busy: -1 }))).toMatch(/^busy:/);
    expect((await ask(`http://${lab.address}/nothing`)).status).toBe(404);
    expect((await ask(`http://${lab.address}/join`, { method: 'POST', body: '{"mac"' })).status).toBe(400);
    expect((await ask(`http://${lab.address}/join`, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(400);
    await expect(lab.control.join({ mac: 'x' })).rejects.toBeInstanceOf(ControlError);
  });
});

describe('lastmile simulate omada', () => {
  it('prints where it listens, with id and fingerprint, then what happens, and ends with the signal', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    let print = (_line: string) => undefined as unknown;
    const printed = new Promise<string>((resolve) => {
      print = (line) => (lines.push(line) === 1 ? resolve(line) : undefined);
    });
    const io = { out: (line: string) => void print(line), signal: stop.signal };
    const running = simulateOmada({ ...options, controllerId: 'abc' }, io);
    const listeners = JSON.parse(await printed) as Record<string, string>;

    expect(Object.keys(listeners)).toEqual(['api', 'portal', 'control', 'id', 'fingerprint']);
    expect(listeners).toMatchObject({ id: 'abc', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const control = new OmadaControl(listeners['control'] ?? '');
    await control.join({ mac, ssid: 'Guest' });
    expect(await control.redirectFor(mac, 'http://a.test/')).toContain('site=Cafe');
    stop.abort();

    await running;
    await expect(control.clients()).rejects.toThrow();
  });

  it('knows its site by a name, and sends the id that was given in redirects', async () => {
    const stop = new AbortController();
    const siteId = '5f0000000000000000000001';
    let stopped = Promise.resolve();
    const printed = new Promise<string>((resolve) => {
      const io = { out: resolve, signal: stop.signal };
      stopped = simulateOmada({ ...options, controllerId: 'c0ffee', plainHttp: true, siteId }, io);
    });
    const { api, control: address } = JSON.parse(await printed) as Record<string, string>;
    const control = new OmadaControl(address ?? '');
    const joined = await control.join({ mac, ssid: 'Guest', site: siteId });

    expect(joined.site).toBe('Cafe');
    expect(new URL(await control.redirectFor(mac, 'http://a.test/')).searchParams.get('site')).toBe(siteId);
    const session = await login({ url: `http://${api}` });
    for (const site of [siteId, 'Cafe', 'Other']) {
      const body = {
        clientMac: mac,
        site,
        apMac: '50-C7-BF-00-00-01',
        ssidName: 'Guest',
        radioId: '0',
        time: '60000',
        authType: '4',
      };
      const { errorCode } = await post({ url: `http://${api}` }, '/extPortal/auth', body, session);
      expect(errorCode).toBe(site === 'Other' ? -41501 : 0);
    }
    stop.abort();
    await stopped;
  });

  it('says in words where it listens', async () => {
    const lines: string[] = [];
    const io = { out: (line: string) => void lines.push(line), signal: AbortSignal.abort() };

    await simulateOmada({ ...options, printListeners: false }, io);
    await simulateOmada({ ...options, printListeners: false, plainHttp: true }, io);

    expect(lines[0]).toMatch(
      /^Omada 5\.15\.24\.19 with site "Cafe": operators at 127\.0\.0\.1:\d+ \(fingerprint [0-9a-f]{64}\)/,
    );
    expect(lines[1]).toContain('(plain HTTP)');
  });

  it.each([
    [{ listen: 'nowhere' }, '--listen: expected host:port, not nowhere'],
    [{ listenPortal: '1:2:3' }, '--listen-portal: expected host:port, not 1:2:3'],
    [{ listenControl: '127.0.0.1:70000' }, '--listen-control: expected host:port, not 127.0.0.1:70000'],
    [{ siteId: 'x1' }, '--site-id: expected 24 hex digits, not x1'],
    [{ timeUnit: 'h' }, '--time-unit: one of ms, us, s, min'],
    [{ portalUrl: 'javascript:alert(1)' }, '--portal-url: expected http:// or https://, not javascript:alert(1)'],
  ])('refuses %j', async (change, message) => {
    const io = { out: () => undefined, signal: AbortSignal.abort() };

    await expect(simulateOmada({ ...options, ...change }, io)).rejects.toThrow(message);
  });

  it('has a flag for every option', () => {
    const names = simulateOmadaFlags.map(({ flags }) => flags.split(' ')[0]);

    expect(new Set(names).size).toBe(Object.keys(options).length + 5);
  });
});
