import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { checkController } from '../../src/doctor/check-controller.ts';
import type { OmadaController } from '../../src/model/kinds/omada-controller.ts';
import { OmadaClients } from '../../src/omada/clients.ts';
import { type OmadaLabOptions, omadaLab } from '../omada/support.ts';

/** What the doctor says of a simulated controller. */
async function examined(options: OmadaLabOptions, declared: Partial<OmadaController> = {}) {
  await using lab = await omadaLab(options);
  using clients = new OmadaClients({ clock: systemClock, log: lab.log });
  clients.use({ omadaControllers: [{ ...lab.declared, ...declared }] });
  await clients.check(AbortSignal.timeout(120_000));
  return clients.standing().map(checkController);
}

describe('an Omada controller', () => {
  it('that is well has nothing said of it', async () => {
    expect(await examined({})).toEqual([
      { examined: [{ target: 'cafe', kind: 'controller', reached: true, version: '5.15.24.19' }], findings: [] },
    ]);
  });

  it('OM-17: with an account that is no hotspot operator: where to find the right kind is told', async () => {
    const operator = { username: 'admin', password: new Secret('of-the-controller') };
    const [found] = await examined({}, { operator });

    expect(found?.findings).toMatchObject([
      {
        code: 'LM_OMADA_OPERATOR',
        severity: 'error',
        says: expect.stringContaining('not of a hotspot operator'),
        mend: expect.stringContaining('Hotspot Manager > Operators'),
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('of-the-controller');
  });

  it('with another certificate than declared', async () => {
    const [found] = await examined({}, { tls: { mode: 'pinned', fingerprint: 'ab'.repeat(32) } });

    expect(found?.findings).toMatchObject([{ code: 'LM_OMADA_UNTRUSTED' }]);
  });

  it('that does not answer', async () => {
    const [found] = await examined({}, { url: 'https://127.0.0.1:1' });

    expect(found).toMatchObject({ examined: [{ reached: false }], findings: [{ code: 'LM_OMADA_UNREACHABLE' }] });
  });

  it('that is too old', async () => {
    const of = (version: string) => checkController({ name: 'cafe', version, findings: [] }).findings;

    expect(of('4.4.8')).toMatchObject([{ code: 'LM_OMADA_VERSION' }]);
    expect(of('5.0.14')).toMatchObject([{ code: 'LM_OMADA_VERSION' }]);
    expect([...of('5.0.15'), ...of('5.1'), ...of('6.0.0.24')]).toEqual([]);
  });
});
