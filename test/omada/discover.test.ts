import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { discoverController } from '../../src/omada/discover.ts';
import { never, omadaLab, password } from './support.ts';

const hour = 3600;
const deps = { clock: systemClock };

describe('a controller that nobody has declared yet', () => {
  it('OM-01, OM-19: tells its id, version and certificate without an account', async () => {
    await using lab = await omadaLab({ version: '6.2.10.17', id: 'c0ffee' });

    const found = await discoverController(lab.omada.url, deps, never);

    const certificate = { fingerprint: lab.omada.certificate?.fingerprint };
    expect(found).toMatchObject({ id: 'c0ffee', version: '6.2.10.17', generation: 'v5', certificate });
    expect(lab.omada.counters.logins).toBe(0);
  });

  it.each(['4.1.5', '4.4.6'])('OM-02: of v4 has no id (%s)', async (version) => {
    await using lab = await omadaLab({ version });

    const found = await discoverController(lab.omada.url, deps, never);

    expect(found).toMatchObject({ version, generation: 'v4' });
    expect(found.id).toBeUndefined();
  });

  it.each(['2.6.0', '3.2.17', '4.1.4'])('OM-02: older than 4.1.5 is refused in words (%s)', async (version) => {
    await using lab = await omadaLab({ version });

    const found = discoverController(lab.omada.url, deps, never);

    await expect(found).rejects.toThrow(/answered the question for its id with a redirect.*older than 4\.1\.5/);
  });

  it('OM-02: that tells a version before 4.1.5 is refused with it', async () => {
    const info = { errorCode: 0, msg: 'Success.', result: { controllerVer: '4.1.4', apiVer: '3' } };
    const old = createServer((_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(info));
    }).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const { port } = old.address() as AddressInfo;

    const found = discoverController(`http://127.0.0.1:${port}`, deps, never);

    await expect(found).rejects.toThrow('is version 4.1.4: 4.1.5 or above is needed');
    old.close();
  });

  it('is asked nothing when it shows another certificate than expected', async () => {
    await using lab = await omadaLab();

    const found = discoverController(lab.omada.url, { ...deps, fingerprint: '0'.repeat(64) }, never);

    await expect(found).rejects.toMatchObject({ code: 'LM_OMADA_UNTRUSTED' });
    expect(lab.omada.counters.info).toBe(0);
  });

  it('is found in plain HTTP, without a certificate', async () => {
    await using lab = await omadaLab({ tls: false });

    expect(await discoverController(lab.omada.url, deps, never)).not.toHaveProperty('certificate');
  });
});

describe('a controller of v5 or v6', () => {
  it.each(['5.0.15', '5.9.31', '5.15.24.19', '6.0.0.25', '6.2.10.17'])(
    'OM-01: is found out, and lets guests in below its id, also when it forgot our session (%s)',
    async (version) => {
      await using lab = await omadaLab({ version, id: 'c0ffee' });

      expect(await discoverController(lab.omada.url, deps, never)).toMatchObject({ version, generation: 'v5' });
      expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });
      lab.omada.expireSessions();
      expect(await lab.client.authorise(await lab.guest({ mac: '52-DE-63-00-00-02' }), hour, never)).toEqual({
        result: 'authorised',
      });

      expect(lab.client.info).toMatchObject({ id: 'c0ffee', version });
      expect(lab.omada.counters).toMatchObject({ logins: 2, authorised: 2 });
    },
  );
});

describe('a controller of v4', () => {
  it.each([
    ['found out', {}],
    ['declared', { generation: 'v4' }],
    ['found out though an id is declared', { id: 'c0ffee' }],
  ] as const)(
    'OM-02, OM-04: lets guests in by addresses without an id and a token in them (%s)',
    async (_, controller) => {
      await using lab = await omadaLab({ version: '4.4.6', controller });

      expect(await lab.client.authorise(await lab.guest(), hour, never)).toEqual({ result: 'authorised' });
      lab.omada.expireSessions();
      expect(await lab.client.authorise(await lab.guest({ mac: '52-DE-63-00-00-02' }), hour, never)).toEqual({
        result: 'authorised',
      });

      expect(lab.omada.counters).toMatchObject({ logins: 2, authorised: 2 });
      expect(JSON.stringify(lab.log.lines)).not.toContain(password);
    },
  );

  it('is told when v5 is declared', async () => {
    await using lab = await omadaLab({ version: '4.4.6', controller: { generation: 'v5' } });

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toMatchObject({
      result: 'failed',
      reason: 'Omada controller cafe is of generation v4 (version 4.4.6): correct generation, or leave it out',
    });
  });

  it('OM-17: an account of another kind is told in words', async () => {
    await using lab = await omadaLab({ version: '4.4.6', operators: [{ name: 'admin', password: 'x' }] });

    expect(await lab.client.authorise(await lab.guest(), hour, never)).toMatchObject({
      reason: expect.stringContaining('not of a hotspot operator (Hotspot Manager > Operators)'),
    });
  });
});
