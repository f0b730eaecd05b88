import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { OmadaClients } from '../../src/omada/clients.ts';
import type { OmadaAccess } from '../../src/portal/ports.ts';
import { selfSigned } from '../../src/simulator/self-signed.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { controllerAt, keptLog, macOf, never, omadaLab, password } from './support.ts';

describe('the controllers of a model', () => {
  it('are what the portal asks for', () => {
    expectTypeOf<OmadaClients>().toExtend<OmadaAccess>();
  });

  it('keep their sessions while they are declared alike', async () => {
    await using lab = await omadaLab();
    using clients = new OmadaClients({ clock: systemClock, log: keptLog() });
    const { tls } = lab.declared;
    const declared = () =>
      controllerAt(lab.omada.url, { tls, operator: { username: 'lastmile', password: new Secret(password) } });
    const enter = async (mac: string) => clients.authorise({ controller: 'cafe' }, await lab.guest({ mac }), 60, never);

    clients.use({ omadaControllers: [declared()] });
    expect(await enter(macOf(1))).toEqual({ result: 'authorised' });
    clients.use({ omadaControllers: [declared()] });
    expect(await enter(macOf(2))).toEqual({ result: 'authorised' });
    expect(lab.omada.counters.logins).toBe(1);

    clients.use({ omadaControllers: [{ ...declared(), timeUnit: 's' }] });
    expect(await enter(macOf(3))).toEqual({ result: 'authorised' });
    expect(lab.omada.counters.logins).toBe(2);
  });

  it.each([
    { operator: { username: 'lastmile', password: new Secret('new') } },
    { operator: { username: 'other', password: new Secret(password) } },
    { tls: { mode: 'insecure' } },
    { tls: { mode: 'pinned', fingerprint: 'b'.repeat(64) } },
    { tls: { mode: 'ca', ca: 'x' } },
    { id: 'new' },
    { url: 'http://127.0.0.1:2' },
  ] as const)('are closed when another declaration is in force: %j', async (change) => {
    const log = keptLog();
    using clients = new OmadaClients({ clock: systemClock, log });
    const one = controllerAt('http://127.0.0.1:1', { tls: { mode: 'pinned', fingerprint: 'a'.repeat(64) } });
    clients.use({ omadaControllers: [one] });
    expect(await clients.check(never)).toMatchObject([{ reason: 'unreachable' }]);

    clients.use({ omadaControllers: [{ ...one }] });
    expect(clients.findings()).toHaveLength(1);
    clients.use({ omadaControllers: [{ ...one, ...change }] });
    expect(clients.findings()).toEqual([]);
  });

  it('are looked at every five minutes, whether guests come or not', async () => {
    await using lab = await omadaLab({ operators: [{ name: 'lastmile', password: 'another' }] });
    const stop = new AbortController();
    const looks: string[][] = [];
    const sleep: Clock['sleep'] = async (ms, signal) => {
      if (ms !== 300_000) return systemClock.sleep(ms, signal);
      looks.push(clients.findings().map(({ reason }) => reason));
      if (looks.length === 1) clients.use({ omadaControllers: [lab.declared] });
      else stop.abort();
    };
    using clients = new OmadaClients({ clock: { ...systemClock, sleep }, log: keptLog() });
    clients.use({ omadaControllers: [{ ...lab.declared, url: 'http://127.0.0.1:1' }] });

    await clients.watch(stop.signal);

    expect(looks).toEqual([['unreachable'], ['operator-refused']]);
  });

  it('that are not declared let nobody in', async () => {
    await using lab = await omadaLab();
    using clients = new OmadaClients({ clock: systemClock, log: keptLog() });
    clients.use({ omadaControllers: [lab.declared] });
    clients.use({ omadaControllers: [] });

    const verdict = await clients.authorise({ controller: 'cafe' }, await lab.guest(), 60, never);

    expect(verdict).toEqual({ result: 'failed', reason: 'no Omada controller cafe is declared' });
  });
});

describe('what a controller was last met like', () => {
  const shown = (clients: OmadaClients) =>
    clients.standing().map(({ findings, ...rest }) => ({ ...rest, findings: findings.map(({ reason }) => reason) }));

  it('is not known before anything was asked of it, then its version and when it answered', async () => {
    const clock = new ManualClock();
    await using lab = await omadaLab();
    using clients = new OmadaClients({ clock, log: keptLog() });
    clients.use({ omadaControllers: [lab.declared] });
    expect(shown(clients)).toEqual([{ name: 'cafe', findings: [] }]);

    await clients.check(never);

    const last = { answered: true, at: clock.now() };
    expect(shown(clients)).toEqual([{ name: 'cafe', version: '5.15.24.19', last, findings: [] }]);
  });

  it('OM-28: is its newest trouble alone: away, then there with another certificate, then away again', async () => {
    await using lab = await omadaLab();
    using clients = new OmadaClients({ clock: systemClock, log: keptLog() });
    const apiPort = lab.omada.apiPort;
    clients.use({ omadaControllers: [lab.declared] });
    await clients.check(never);
    await lab.omada[Symbol.asyncDispose]();

    await clients.check(never);
    expect(shown(clients)).toMatchObject([{ last: { answered: false }, findings: ['unreachable'] }]);
    {
      await using _other = await omadaLab({ apiPort });
      await clients.check(never);
      expect(shown(clients)).toMatchObject([{ last: { answered: false }, findings: ['untrusted'] }]);
    }
    await clients.check(never);
    expect(shown(clients)).toMatchObject([{ last: { answered: false }, findings: ['unreachable'] }]);
  });

  it('is that it answers, where it refuses the operator or a guest', async () => {
    const certificate = selfSigned({ altNames: ['127.0.0.1'] });
    await using lab = await omadaLab({ certificate });
    const guest = await lab.guest();
    using clients = new OmadaClients({ clock: systemClock, log: keptLog() });
    const { apiPort } = lab.omada;
    clients.use({ omadaControllers: [lab.declared] });
    await lab.omada[Symbol.asyncDispose]();
    await clients.check(never);

    await using _strict = await omadaLab({
      apiPort,
      certificate,
      operators: [{ name: 'lastmile', password: 'other' }],
    });
    await clients.authorise({ controller: 'cafe' }, guest, 60, never);

    expect(shown(clients)).toMatchObject([{ last: { answered: true }, findings: ['operator-refused'] }]);
  });
});
