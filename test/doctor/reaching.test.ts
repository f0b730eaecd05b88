import { describe, expect, it } from 'vitest';
import { severities } from '../../src/doctor/finding.ts';
import { documentAt } from '../docs/document.ts';
import { Clinic } from './clinic.ts';

describe('a router that the doctor cannot reach', () => {
  it('SPL-09: has its API off, or on another port', async () => {
    await using clinic = await Clinic.open();
    const port = clinic.router.apiPort;
    await clinic.router[Symbol.asyncDispose]();

    const { code, out } = await clinic.doctor();

    expect(code).toBe(1);
    expect(out).toBe(
      'core-1, not reached: 1 finding\n' +
        `error core-1 LM_ROUTER_UNREACHABLE: nobody listens at 127.0.0.1:${port}: the API is off, or on another port. ` +
        `Mend: /ip/service/set api disabled=no port=${port}, or declare api.port as /ip/service/print shows it\n`,
    );
  });

  it('SPL-09: has an address list that leaves us out', async () => {
    await using clinic = await Clinic.open();
    clinic.router.set('/ip/service', 'api', { address: '192.0.2.0/24' });
    await clinic.router.settled();

    expect(await clinic.findings()).toEqual([
      expect.stringMatching(/^LM_ROUTER_CLOSED .* → \/ip\/service\/set api address=OURS/),
    ]);
  });

  it('SPL-09: has no certificate for TLS', async () => {
    await using clinic = await Clinic.open({ apiSslPort: 0, api: 'tls: {mode: ca}' });

    expect(await clinic.findings()).toEqual([
      expect.stringMatching(
        /^LM_ROUTER_TLS .*no certificate.* → \/certificate\/add .*\/ip\/service\/set api-ssl certificate=api$/,
      ),
    ]);
  });

  it('SPL-09: shows a certificate that nobody declared', async () => {
    await using clinic = await Clinic.open({
      apiSslPort: 0,
      api: `tls: {mode: pinned, fingerprint: "${'ab'.repeat(32)}"}`,
      certificates: [{ name: 'api', commonName: 'api' }],
    });
    clinic.router.set('/ip/service', 'api-ssl', { certificate: 'api' });
    await clinic.router.settled();

    expect(await clinic.findings()).toEqual([expect.stringMatching(/^LM_ROUTER_UNTRUSTED /)]);
  });

  it('has another password', async () => {
    await using clinic = await Clinic.open({ users: [{ name: 'lastmile', password: 'another' }] });

    expect(await clinic.findings()).toEqual([expect.stringMatching(/^LM_ROUTER_LOGIN .* → \/user\/set lastmile /)]);
  });

  it('SPL-11: lets our account in and shows it nothing: the menus are named, and nothing else is guessed', async () => {
    await using clinic = await Clinic.open({ users: [{ name: 'lastmile', password: 'api', policies: ['api'] }] });

    expect(await clinic.findings()).toEqual([
      expect.stringMatching(
        /^LM_MENU_FORBIDDEN .* \/system\/resource, .* more menus → \/user\/group\/set GROUP policy=read/,
      ),
    ]);
  });
});

describe('the doctor', () => {
  it('says nothing that is a secret', async () => {
    await using clinic = await Clinic.open();
    await clinic.apply();
    clinic.router.set('/radius', clinic.router.rows('/radius')[0]?.['.id'], { secret: 'canary-another-secret' });

    const { out, err } = await clinic.doctor({ output: 'json' });

    expect(out).toContain('LM_RADIUS_SECRET');
    expect(out + err).not.toMatch(/canary|radius-secret-0123456789/);
  });

  it('exits with 2 for warnings alone when it is asked to', async () => {
    await using clinic = await Clinic.open();
    await clinic.apply();
    clinic.router.set('/system/ntp/client', undefined, { enabled: 'no' });

    expect((await clinic.doctor()).code).toBe(0);
    expect((await clinic.doctor({ detailedExitcode: true })).code).toBe(2);
  });

  it('changes nothing', async () => {
    await using clinic = await Clinic.open();
    await clinic.apply();
    const all = () =>
      clinic.router.menus.filter(
        (menu) => !/^\/(?:log|user\/active|ip\/service|system\/(?:clock|resource))$/.test(menu),
      );
    // Whoever looks has logged in.
    const rows = () => all().map((menu) => clinic.router.rows(menu).map((row) => ({ ...row, 'last-logged-in': '' })));
    const before = rows();

    await clinic.doctor();

    expect(rows()).toEqual(before);
  });

  it('knows a router by its name only', async () => {
    await using clinic = await Clinic.open();

    await expect(clinic.doctor({}, 'core-2')).rejects.toThrow('is called core-2 (did you mean core-1?)');
  });

  it('has every code in its document', () => {
    const { text } = documentAt('docs/doctor.md');
    const rows = [...text.matchAll(/^\| (`LM_.*?) \| (error|warning|info) \|/gm)].flatMap(([, codes = '', severity]) =>
      [...codes.matchAll(/LM_[A-Z_]+/g)].map(([code]) => [code, severity] as const),
    );

    expect(Object.fromEntries(rows)).toEqual(severities);
  });
});
