import { describe, expect, it } from 'vitest';
import { expirySigns } from '../../src/simulator/omada/operator-api.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contextOf, macOf, never, omadaLab, password } from './support.ts';

const hour = 3600;

async function guests(lab: Awaited<ReturnType<typeof omadaLab>>, count: number, from = 1) {
  const all: ReturnType<typeof contextOf>[] = [];
  for (let at = 0; at < count; at += 1) all.push(await lab.guest({ mac: macOf(from + at) }));
  return all;
}

describe('a guest at an access point', () => {
  it('OM-16, OM-20 to OM-24, OM-27: is let in after the operator logged in with token and cookie', async () => {
    await using lab = await omadaLab();
    const guest = await lab.guest();
    const before = Date.now();

    const verdict = await lab.client.authorise(guest, hour, never);

    expect(verdict).toEqual({ result: 'authorised' });
    expect(lab.omada.counters).toMatchObject({ logins: 1, auths: 1, authorised: 1 });
    const [record] = lab.omada.records(guest.clientMac);
    expect((record?.end ?? 0) - (record?.start ?? 0)).toBe(hour * 1000);
    expect(record?.start).toBeGreaterThanOrEqual(before);
    expect(lab.client.findings()).toEqual([]);
  });

  it('OM-10: keeps the radio it is at, whichever', async () => {
    await using lab = await omadaLab();

    for (const radioId of ['0', '1', '3', '7']) {
      const guest = await lab.guest({ radioId });
      expect(await lab.client.authorise(guest, hour, never)).toEqual({ result: 'authorised' });
    }
  });

  it('is let in where the controller wants the address and the original URL, as from 6.2.10 on', async () => {
    await using lab = await omadaLab({ version: '6.2.10.17', siteById: true });

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });
  });

  it.each(['ms', 'us', 's', 'min'] as const)(
    'gets the time that was asked for where the unit is %s',
    async (timeUnit) => {
      await using lab = await omadaLab({ timeUnit, controller: { timeUnit } });
      const guest = await lab.guest();

      await lab.client.authorise(guest, 7200, never);

      const [record] = lab.omada.records(guest.clientMac);
      expect((record?.end ?? 0) - (record?.start ?? 0)).toBe(7_200_000);
    },
  );
});

describe('a controller that takes time for another unit than declared', () => {
  it.each([
    ['ms', 'us', /let a client in for 4 s where 3600 s were asked in ms: declare timeUnit: us/],
    ['us', 'ms', /let a client in for 3600000 s where 3600 s were asked in us: declare timeUnit: ms/],
    ['ms', 's', /declare timeUnit: s/],
    ['s', 'min', /declare timeUnit: min/],
  ] as const)('OM-26: declared %s, taken for %s, is told after the first guest', async (declared, timeUnit, words) => {
    await using lab = await omadaLab({ timeUnit, controller: { timeUnit: declared } });
    const all = await guests(lab, 2);

    for (const guest of all) await lab.client.authorise(guest, hour, never);

    expect(lab.client.findings()).toMatchObject([{ reason: 'time-unit', text: expect.stringMatching(words) }]);
    expect(lab.omada.counters).toMatchObject({ authorised: 2, clientLists: 3 });
  });
});

describe('a guest on a wire behind the gateway', () => {
  it('OM-25, OM-12: is let in by gateway and VLAN', async () => {
    await using lab = await omadaLab();
    const guest = contextOf(lab.omada, await lab.omada.join({ mac: macOf(10), vid: '40' }));

    expect(guest).toMatchObject({ kind: 'gateway', vid: '40' });
    expect(await lab.client.authorise(guest, hour, never)).toEqual({ result: 'authorised' });
  });
});

describe('many guests at once', () => {
  it('OM-29: a hundred share one operator session, and all are let in', async () => {
    await using lab = await omadaLab();
    const all = await guests(lab, 100);

    const verdicts = await Promise.all(all.map((guest) => lab.client.authorise(guest, hour, never)));

    expect(verdicts.every(({ result }) => result === 'authorised')).toBe(true);
    expect(lab.omada.counters).toMatchObject({ logins: 1, authorised: 100 });
    expect(lab.omada.clients().filter(({ authorised }) => authorised)).toHaveLength(100);
  });

  it.each(expirySigns)('OM-29: a session that ended before they came costs one more login (%s)', async (expirySign) => {
    await using lab = await omadaLab({ expirySign });
    const all = await guests(lab, 100);
    await lab.client.authorise(await lab.guest({ mac: macOf(500) }), hour, never);
    lab.omada.expireSessions();

    const verdicts = await Promise.all(all.map((guest) => lab.client.authorise(guest, hour, never)));

    expect(verdicts.every(({ result }) => result === 'authorised')).toBe(true);
    expect(lab.omada.counters).toMatchObject({ logins: 2, authorised: 101 });
  });

  it('OM-29: a session that ends while they are in flight costs one more login', async () => {
    await using lab = await omadaLab();
    const all = await guests(lab, 100);
    lab.onEvent((event) => {
      if (event.startsWith('client') && lab.omada.counters.authorised === 30) lab.omada.expireSessions();
    });

    const verdicts = await Promise.all(all.map((guest) => lab.client.authorise(guest, hour, never)));

    expect(verdicts.every(({ result }) => result === 'authorised')).toBe(true);
    expect(lab.omada.counters).toMatchObject({ logins: 2, authorised: 100 });
  });

  it('a session of limited life is renewed when it is over', async () => {
    const clock = new ManualClock();
    await using lab = await omadaLab({ clock, sessionLifetimeMs: 600_000 });
    const [first, second] = await guests(lab, 2);

    expect(first && (await lab.client.authorise(first, hour, never))).toEqual({ result: 'authorised' });
    clock.advance(600_000);
    expect(second && (await lab.client.authorise(second, hour, never))).toEqual({ result: 'authorised' });

    expect(lab.omada.counters.logins).toBe(2);
  });

  it('a session that is over again right after the login is not asked for a third time', async () => {
    await using lab = await omadaLab({ sessionLifetimeMs: 0 });

    const verdict = await lab.client.authorise(await lab.guest(), hour, never);

    expect(verdict).toMatchObject({ result: 'busy', reason: expect.stringContaining('right after a login') });
    expect(lab.omada.counters.logins).toBe(2);
  });
});

describe('controllers that differ', () => {
  it.each(['TPEAP_SESSIONID', 'TPOMADA_SESSIONID', 'JSESSIONID'])(
    'OM-23: a cookie of the name %s is kept and sent',
    async (cookieName) => {
      await using lab = await omadaLab({ cookieName });

      expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });
    },
  );

  it('OM-23: a version before 5.11, without a list of clients', async () => {
    await using lab = await omadaLab({ version: '5.9.9' });
    const [first, second] = await guests(lab, 2);

    expect(first && (await lab.client.authorise(first, hour, never))).toEqual({ result: 'authorised' });
    expect(second && (await lab.client.authorise(second, hour, never))).toEqual({ result: 'authorised' });
    expect(lab.omada.counters).toMatchObject({ logins: 1, clientLists: 0 });
  });

  it('OM-21: error codes as text mean the same', async () => {
    await using lab = await omadaLab({ codesAsText: true });
    const guest = await lab.guest();
    await lab.client.authorise(guest, hour, never);
    lab.omada.expireSessions();
    lab.omada.unauthorise(guest.clientMac);

    expect(await lab.client.authorise(guest, hour, never)).toEqual({ result: 'authorised' });
    expect(await lab.client.authorise({ ...guest, clientMac: macOf(77) }, hour, never)).toMatchObject({
      result: 'stale',
    });
  });

  it('OM-09: plain HTTP is spoken where it is declared', async () => {
    await using lab = await omadaLab({ tls: false });

    expect(lab.omada.url).toMatch(/^http:/);
    expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });
  });

  it('OM-03: the id is asked for once, and again when the controller has another', async () => {
    await using lab = await omadaLab();
    const [first, second, third] = await guests(lab, 3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three guests');
    await lab.client.authorise(first, hour, never);
    await lab.client.authorise(second, hour, never);
    expect(lab.omada.counters.info).toBe(1);
    expect(lab.client.info).toEqual({ id: lab.omada.behaviour.id, version: '5.15.24.19' });

    lab.omada.behaviour.id = 'a'.repeat(32);
    expect(await lab.client.authorise(third, hour, never)).toEqual({ result: 'authorised' });

    expect(lab.omada.counters).toMatchObject({ info: 2, logins: 2 });
    const fourth = await lab.guest({ mac: macOf(4) });
    const { clientLists } = lab.omada.counters;
    await lab.client.authorise(fourth, hour, never);
    expect(lab.omada.counters.clientLists).toBe(clientLists + 1);
  });

  it('OM-03: a declared id is used as it is', async () => {
    const id = 'c21f969b5f03d33d43e04f8f136e7682';
    await using lab = await omadaLab({ id, controller: { id } });

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });
    expect(lab.omada.counters.info).toBe(0);
  });

  it('OM-03: a declared id that is wrong is told, and guests get in by the right one', async () => {
    await using lab = await omadaLab({ id: 'right', controller: { id: 'wrong' } });

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });

    expect(lab.client.findings()).toMatchObject([{ reason: 'wrong-id', text: expect.stringMatching(/wrong.*right/) }]);
  });

  it('OM-02: a controller that is too old is told in words', async () => {
    await using lab = await omadaLab({ version: '4.1.4' });

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toMatchObject({
      result: 'failed',
      reason: expect.stringMatching(/^Omada controller cafe .*One older than 4\.1\.5 does so, too, and cannot be used/),
    });
  });
});

describe('a client that the controller does not let in', () => {
  it.each([
    ['a MAC that was never seen', { clientMac: '02-00-00-00-00-99' }],
    ['another access point', { apMac: '50-C7-BF-00-00-99' }],
    ['another network', { ssidName: 'Guest 2' }],
    ['another site', { site: 'Elsewhere' }],
    ['another address', { clientIp: '192.168.88.250' }],
  ])('is asked for a fresh redirect: %s', async (_what, forged) => {
    await using lab = await omadaLab();
    const guest = await lab.guest();

    const verdict = await lab.client.authorise({ ...guest, ...forged } as typeof guest, hour, never);

    expect(verdict).toMatchObject({ result: 'stale', reason: expect.stringContaining('-41501') });
    expect(lab.omada.client(guest.clientMac)?.authorised).toBe(false);
    expect(lab.client.findings()).toEqual([]);
  });

  it('an old redirect does not prolong what was granted', async () => {
    await using lab = await omadaLab();
    const guest = await lab.guest();
    await lab.client.authorise(guest, hour, never);

    expect(await lab.client.authorise(guest, 10 * hour, never)).toEqual({ result: 'authorised' });

    expect(lab.omada.records(guest.clientMac)).toHaveLength(1);
  });

  it('is let in anew after the time was over', async () => {
    const clock = new ManualClock();
    await using lab = await omadaLab({ clock });
    const guest = await lab.guest();
    await lab.client.authorise(guest, 60, never);
    clock.advance(60_000);
    expect(lab.omada.client(guest.clientMac)?.authorised).toBe(false);

    expect(await lab.client.authorise(guest, 60, never)).toEqual({ result: 'authorised' });
    expect(lab.omada.client(guest.clientMac)?.authorised).toBe(true);
  });
});

describe('a controller that is busy', () => {
  it('is asked once more', async () => {
    await using lab = await omadaLab();
    lab.omada.behaviour.busy = 1;

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });
  });

  it('and still busy then, is told so', async () => {
    await using lab = await omadaLab();
    lab.omada.behaviour.busy = 2;

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toMatchObject({ result: 'busy' });
    expect(lab.omada.counters.auths).toBe(2);
    expect(lab.client.findings()).toEqual([]);
  });
});

describe('the account of the hotspot operator', () => {
  it('OM-17: refused, is explained, and tried again only after a pause that grows', async () => {
    const clock = new ManualClock();
    await using lab = await omadaLab({ operators: [{ name: 'lastmile', password: 'another' }], deps: { clock } });
    const all = await guests(lab, 20);

    const verdicts = await Promise.all(all.map((guest) => lab.client.authorise(guest, hour, never)));
    const { refusedLogins } = lab.omada.counters;

    expect(refusedLogins).toBe(1);
    expect(new Set(verdicts.map(({ result }) => result))).toEqual(new Set(['failed']));
    expect(lab.client.findings()).toMatchObject([
      { reason: 'operator-refused', text: expect.stringMatching(/hotspot operator .*\(-30109\)/) },
    ]);

    const [guest] = all;
    const refusedAfter = async (ms: number) => {
      clock.advance(ms);
      await (guest && lab.client.authorise(guest, hour, never));
      return lab.omada.counters.refusedLogins;
    };
    expect(await refusedAfter(29_999)).toBe(1);
    expect(await refusedAfter(1)).toBe(2);
    expect(await refusedAfter(59_999)).toBe(2);
    expect(await refusedAfter(1)).toBe(3);
  });

  it('without a right on the site, is told with the site', async () => {
    const portalUrl = 'http://portal.test/';
    await using lab = await omadaLab({
      operators: [{ name: 'lastmile', password, sites: ['Default'] }],
      sites: [
        { name: 'Default', portalUrl },
        { name: 'Beach', portalUrl },
      ],
    });
    const here = await lab.guest();
    const there = await lab.guest({ mac: macOf(2), site: 'Beach' });

    expect(await lab.client.authorise(there, hour, never)).toMatchObject({ result: 'failed' });
    expect(lab.client.findings()).toMatchObject([
      { reason: 'no-right-on-site', text: expect.stringContaining('Beach') },
    ]);
    expect(await lab.client.authorise(here, hour, never)).toEqual({ result: 'authorised' });
  });

  it('mended, clears what status shows', async () => {
    const clock = new ManualClock();
    const operator = { name: 'lastmile', password: 'another' };
    await using lab = await omadaLab({ operators: [operator], deps: { clock } });
    expect(await lab.client.check(never)).toMatchObject([{ reason: 'operator-refused' }]);

    operator.password = password;
    clock.advance(30_000);

    expect(await lab.client.check(never)).toEqual([]);
    expect(lab.log.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });
});

describe('a look at a controller', () => {
  it('logs in first, and afterwards only sees whether it answers', async () => {
    await using lab = await omadaLab();

    expect(await lab.client.check(never)).toEqual([]);
    expect(await lab.client.check(never)).toEqual([]);
    expect(lab.omada.counters).toMatchObject({ logins: 1, info: 2 });

    await lab.omada[Symbol.asyncDispose]();
    expect(await lab.client.check(never)).toMatchObject([{ reason: 'unreachable' }]);
  });
});

describe('someone who gives up', () => {
  it('is told so, and the login goes on for the others', async () => {
    await using lab = await omadaLab({ latencyMs: 10 });
    const [one, other] = await guests(lab, 2);
    if (one === undefined || other === undefined) throw new Error('two guests');
    const impatient = new AbortController();

    const left = lab.client.authorise(one, hour, impatient.signal);
    const stays = lab.client.authorise(other, hour, never);
    impatient.abort();
    expect(await left).toEqual({ result: 'failed', reason: 'given up' });

    expect(await stays).toEqual({ result: 'authorised' });
    expect(lab.omada.counters.logins).toBe(1);
  });

  it('before it began, costs nothing', async () => {
    await using lab = await omadaLab();

    expect(await lab.client.authorise(await lab.guest(), hour, AbortSignal.abort())).toMatchObject({
      result: 'failed',
    });
    expect(lab.omada.counters).toMatchObject({ info: 0, logins: 0 });
  });
});
