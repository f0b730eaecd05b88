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

  it('OM-02: of v4 has no id', async () => {
    await using lab = await omadaLab({ version: '4.4.6' });

    const found = await discoverController(lab.omada.url, deps, never);

    expect(found).toMatchObject({ version: '4.4.6', generation: 'v4' });
    expect(found.id).toBeUndefined();
  });

  it('OM-02: older than v4 is refused in words', async () => {
    await using lab = await omadaLab({ version: '3.2.17' });

    const found = discoverController(lab.omada.url, deps, never);

    await expect(found).rejects.toThrow(/answered the question for its id with a redirect.*older than 4\.1\.5/);
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
