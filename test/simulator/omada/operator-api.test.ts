import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, login, mac, post, startOmada } from './support.ts';

const ap = '50-C7-BF-00-00-01';
const body = {
  ...{ clientMac: mac, apMac: ap, ssidName: 'Guest', radioId: '0', site: 'Default' },
  ...{ time: 3_600_000, authType: 4 },
};

describe('the simulated controller, asked to let a client in', () => {
  it('does so for the time in its unit, and no longer', async () => {
    await using lab = await startOmada();
    await lab.omada.join({ mac, ssid: 'Guest' });
    const session = await login(lab.omada);

    expect(await post(lab.omada, '/extPortal/auth', body, session)).toMatchObject({ errorCode: 0 });
    lab.clock.advance(3_599_999);
    expect(lab.omada.client(mac)?.authorised).toBe(true);
    lab.clock.advance(1);
    expect(lab.omada.client(mac)?.authorised).toBe(false);
  });

  it.each<[string, object, number]>([
    ['a client it never saw', { clientMac: '52-DE-63-00-00-99' }, -41501],
    ['another access point', { apMac: '50-C7-BF-00-00-99' }, -41501],
    ['another radio', { radioId: '1' }, -41501],
    ['another SSID', { ssidName: 'guest' }, -41501],
    ['no site', { site: undefined }, -41501],
    ['an unknown site', { site: 'Elsewhere' }, -41501],
    ['the site of somebody else', { site: 'Beach' }, -41501],
    ['another address', { clientIp: '192.0.2.1' }, -41501],
    ['fields of a gateway as well', { gatewayMac: ap, vid: '1' }, -41501],
    ['an empty text', { originUrl: '' }, -1001],
    ['no time', { time: undefined }, -1001],
    ['no time at all', { time: 0 }, -1001],
    ['a time in the past', { time: -5 }, -1001],
    ['half a time', { time: 1.5 }, -1001],
    ['a time in words', { time: '1h' }, -1001],
    ['another type', { authType: 2 }, -1],
    ['a MAC that is none', { clientMac: 'x' }, -41501],
    ['a MAC that is no text', { clientMac: { a: 1 } }, -1001],
  ])('refuses %s', async (_what, change, errorCode) => {
    await using lab = await startOmada();
    await lab.omada.join({ mac, ssid: 'Guest' });
    const session = await login(lab.omada);

    expect(await post(lab.omada, '/extPortal/auth', { ...body, ...change }, session)).toMatchObject({ errorCode });
    expect(lab.omada.client(mac)?.authorised).toBe(false);
  });

  it.each<[string, object]>([
    ['text for numbers', { time: '3600000', authType: '4' }],
    ['numbers for text', { radioId: 0 }],
    ['the id of the site', { site: '6a1' }],
    ['the address it has', { clientIp: '192.168.88.10' }],
    ['a MAC in another spelling', { clientMac: '52:de:63:00:00:01' }],
  ])('takes %s', async (_what, change) => {
    await using lab = await startOmada();
    await lab.omada.join({ mac, ssid: 'Guest' });
    const session = await login(lab.omada);

    expect(await post(lab.omada, '/extPortal/auth', { ...body, ...change }, session)).toMatchObject({ errorCode: 0 });
  });

  it('behind the gateway wants its fields', async () => {
    await using lab = await startOmada();
    await lab.omada.join({ mac, vid: '40' });
    const session = await login(lab.omada);
    const wired = {
      clientMac: mac,
      gatewayMac: '50-C7-BF-00-00-02',
      vid: '40',
      site: 'Default',
      time: 1000,
      authType: 4,
    };

    expect(await post(lab.omada, '/extPortal/auth', body, session)).toMatchObject({ errorCode: -41501 });
    expect(await post(lab.omada, '/extPortal/auth', { ...wired, vid: '41' }, session)).toMatchObject({
      errorCode: -41501,
    });
    expect(await post(lab.omada, '/extPortal/auth', wired, session)).toMatchObject({ errorCode: 0 });
  });

  it('from 6.2.10 on wants address and original URL, and says -41500 of another type', async () => {
    await using lab = await startOmada({ version: '6.2.10.17' });
    await lab.omada.join({ mac, ssid: 'Guest' });
    const session = await login(lab.omada);
    const whole = { ...body, site: undefined, clientIp: '192.168.88.10', originUrl: 'http://a.test/' };

    expect(await post(lab.omada, '/extPortal/auth', body, session)).toMatchObject({ errorCode: -1001 });
    expect(await post(lab.omada, '/extPortal/auth', { ...whole, authType: 3 }, session)).toMatchObject({
      errorCode: -41500,
    });
    expect(await post(lab.omada, '/extPortal/auth', whole, session)).toMatchObject({ errorCode: 0 });
  });
});

describe('a hotspot operator of the simulated controller', () => {
  it('needs name, password, cookie and token', async () => {
    await using lab = await startOmada();
    const session = await login(lab.omada);
    const asked = (change: object) => post(lab.omada, '/extPortal/auth', body, { ...session, ...change });

    expect(await post(lab.omada, '/login', { name: 'op', password: 'x' })).toMatchObject({ errorCode: -30109 });
    expect(await post(lab.omada, '/login', { name: ['op'], password: 'pw' })).toMatchObject({ errorCode: -30109 });
    expect(await asked({ cookie: '' })).toMatchObject({ errorCode: -1200 });
    expect(await asked({ 'csrf-token': 'x' })).toMatchObject({ errorCode: -1200 });
    expect(await asked({})).toMatchObject({ errorCode: -41501 });
    lab.clock.advance(30 * 60_000);
    expect(await asked({})).toMatchObject({ errorCode: -1200 });
    expect(lab.omada.counters).toMatchObject({ logins: 1, refusedLogins: 2 });
  });

  it('of another controller is told so', async () => {
    await using lab = await startOmada();
    lab.omada.behaviour.id = 'other';

    expect(await post(lab.omada, '/login', { name: 'op', password: 'pw' })).toMatchObject({ errorCode: -7131 });
    const info = JSON.parse((await ask(`${lab.omada.url}/api/info`)).body) as object;
    expect(info).toMatchObject({ errorCode: 0, result: { omadacId: 'other', controllerVer: '5.15.24.19' } });
  });

  it('sees who waits and who is in, and ends that', async () => {
    await using lab = await startOmada();
    for (let at = 10; at < 30; at += 1) await lab.omada.join({ mac: `52-DE-63-00-00-${at}`, ssid: 'Guest' });
    const session = await login(lab.omada);
    const list = async (query: string) => {
      const reply = await ask(`${lab.omada.url}/c0ffee/api/v2/hotspot/sites/6a1/clients?${query}`, {
        headers: session,
      });
      return (JSON.parse(reply.body) as { result: { totalRows: number; data: Record<string, unknown>[] } }).result;
    };
    await post(lab.omada, '/extPortal/auth', { ...body, clientMac: '52-DE-63-00-00-11' }, session);

    expect(await list('page=1&pageSize=50')).toMatchObject({ totalRows: 20, data: { length: 10 } });
    expect((await list('currentPage=2&currentPageSize=15')).data).toHaveLength(5);
    const [row, ...others] = (await list('searchKey=52-DE-63-00-00-11')).data;
    expect(row).toMatchObject({ authStatus: 2, authType: 4, valid: true, duration: 3600 });
    expect(others).toEqual([]);
    expect((await list('searchKey=52-DE-63-00-00-12')).data).toMatchObject([{ authStatus: 1 }]);

    const end = `/sites/Default/cmd/clients/${String(row?.['id'])}/disconnect`;
    expect(await post(lab.omada, end, {}, session)).toMatchObject({ errorCode: 0 });
    expect(await post(lab.omada, end, {}, session)).toMatchObject({ errorCode: -1001 });
    expect((await list('searchKey=52-DE-63-00-00-11')).data).toMatchObject([{ valid: false }, { authStatus: 1 }]);
  });

  it('with other sites has no right here', async () => {
    await using lab = await startOmada({ operators: [{ name: 'op', password: 'pw', sites: ['Beach'] }] });
    await lab.omada.join({ mac, ssid: 'Guest' });
    const session = await login(lab.omada);

    expect(await post(lab.omada, '/extPortal/auth', body, session)).toMatchObject({ errorCode: -1505 });
  });
});

describe('whatever is sent to the simulated controller', () => {
  it.each([
    ['no JSON', 'name=op&password=pw'],
    ['a list', '[]'],
    ['null', 'null'],
    ['half of it', '{"name":"op"'],
    ['more than it reads', JSON.stringify({ name: 'op', password: 'pw', more: 'x'.repeat(100_000) })],
  ])('%s is answered with -1001', async (_what, text) => {
    await using lab = await startOmada();

    expect(await post(lab.omada, '/login', text)).toMatchObject({ errorCode: -1001 });
  });

  it('a form is answered with -1001', async () => {
    await using lab = await startOmada();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };

    const reply = await ask(`${lab.omada.url}/c0ffee/api/v2/hotspot/login`, { method: 'POST', headers, body: '{}' });

    expect(JSON.parse(reply.body)).toMatchObject({ errorCode: -1001 });
  });

  it('it answers, and lets nobody in', async () => {
    await using lab = await startOmada();
    await lab.omada.join({ mac, ssid: 'Guest' });
    const session = await login(lab.omada);

    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...Object.keys(body)), fc.jsonValue()), async (change) => {
        fc.pre(Object.keys(change).length > 0);
        const { errorCode } = await post(
          lab.omada,
          '/extPortal/auth',
          { authType: 4, clientMac: mac, ...change },
          session,
        );
        expect(errorCode).toBeLessThan(0);
      }),
      { numRuns: 50, examples: [[{ authType: { toString: {} } }]] },
    );
    expect(lab.omada.client(mac)?.authorised).toBe(false);
  });

  it.each([
    '/',
    '/c0ffee/api/v2/hotspot/nothing',
    '/c0ffee/api/v2/sites',
    '/%',
    '/c0ffee/api/v2/hotspot/sites/%/clients',
  ])('the path %s is none', async (path) => {
    await using lab = await startOmada();
    const { status, body: text } = await ask(lab.omada.url + path, { headers: await login(lab.omada) });

    expect([200, 404]).toContain(status);
    expect((JSON.parse(text) as { errorCode: number }).errorCode).toBeLessThan(0);
  });
});
