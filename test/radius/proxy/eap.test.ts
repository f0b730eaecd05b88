import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { ca, eapolTest, hasEapolTest, startEap } from '../../eap/support.ts';
import { coreNas, login, secretText } from '../support.ts';
import { homeSecret, placeOf, startLab } from './proxy-lab.ts';

if (!hasEapolTest) process.stderr.write('eapol_test tests skipped: install Debian package eapoltest\n');

describe.runIf(hasEapolTest)('eapol_test of a foreign realm', () => {
  it.each([
    ['PEAP', 'phase2="auth=MSCHAPV2"'],
    ['TTLS', 'phase2="auth=PAP"'],
  ])(
    'IW-01: talks %s with its home server through us, and has keys that the access point can read',
    async (eap, phase2) => {
      await using home = await startEap([login('zoe@partner.example')]);
      home.directory.nasList = [{ ...coreNas, name: 'front', secret: new Secret(homeSecret), profile: 'generic' }];
      await using lab = await startLab({ homes: [placeOf(home)] });
      const peer = {
        identity: '"zoe@partner.example"',
        anonymous_identity: '"anonymous@partner.example"',
        password: '"correct horse"',
        eap,
        phase2: phase2.replace('phase2=', ''),
        ca_cert: '"DIR/ca.pem"',
      };

      const run = await eapolTest(lab.bench.auth, peer, { secret: secretText, files: { 'ca.pem': ca.certificate } });

      expect(run.succeeded, run.output).toBe(true);
      expect(run.keysOk).toBe(1);
      // By the name that home has proved, the access point accounts.
      expect(run.output).toContain("Value: 'zoe@partner.example'");
      expect(lab.bench.decisions.of('anonymous@partner.example')).toMatchObject([
        { verdict: 'accept', method: 'proxy' },
      ]);
    },
  );

  it('is told no by EAP itself', async () => {
    await using home = await startEap([login('zoe@partner.example')]);
    home.directory.nasList = [{ ...coreNas, name: 'front', secret: new Secret(homeSecret), profile: 'generic' }];
    await using lab = await startLab({ homes: [placeOf(home)] });
    const peer = { identity: '"zoe@partner.example"', password: '"wrong"', eap: 'PEAP', ca_cert: '"DIR/ca.pem"' };

    const run = await eapolTest(lab.bench.auth, peer, { secret: secretText, files: { 'ca.pem': ca.certificate } });

    expect(run.succeeded).toBe(false);
    expect(run.output).toMatch(/code=3 \(Access-Reject\)/);
  });
});
