import { describe, expect, it } from 'vitest';
import { login } from '../radius/support.ts';
import { eapolTest, hasEapolTest, startEap } from './support.ts';

const anna = login('anna');
const inner = { identity: '"anna"', password: '"correct horse"' };
const tunnel = { ...inner, anonymous_identity: '"anonymous"', ca_cert: '"DIR/ca.pem"' };

if (!hasEapolTest) process.stderr.write('eapol_test tests skipped: install Debian package eapoltest\n');

describe.runIf(hasEapolTest)('eapol_test of wpa_supplicant', () => {
  it.each([
    ['PEAP-MSCHAPv2', { ...tunnel, eap: 'PEAP', phase2: '"auth=MSCHAPV2"' }, 'peap-mschapv2'],
    ['TTLS-PAP', { ...tunnel, eap: 'TTLS', phase2: '"auth=PAP"' }, 'ttls-pap'],
    ['TTLS-CHAP', { ...tunnel, eap: 'TTLS', phase2: '"auth=CHAP"' }, 'ttls-chap'],
    ['TTLS-MSCHAP', { ...tunnel, eap: 'TTLS', phase2: '"auth=MSCHAP"' }, 'ttls-mschap'],
    ['TTLS-MSCHAPv2', { ...tunnel, eap: 'TTLS', phase2: '"auth=MSCHAPV2"' }, 'ttls-mschapv2'],
    ['TTLS-EAP-MSCHAPv2', { ...tunnel, eap: 'TTLS', phase2: '"autheap=MSCHAPV2"' }, 'ttls-mschapv2'],
    ['EAP-MSCHAPv2', { ...inner, eap: 'MSCHAPV2' }, 'eap-mschapv2'],
  ])('is let in by %s, with the same keys', async (_, network, method) => {
    await using bench = await startEap([anna]);

    const run = await eapolTest(bench.auth, network);

    if (process.env['SHOW']) process.stderr.write(run.output);
    expect(run).toMatchObject({ succeeded: true, keysOk: 1 });
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'accept', method }]);
  });
});
