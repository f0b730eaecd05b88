import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { login } from '../radius/support.ts';
import { type TestAuthority, testAuthority } from '../support/certificates.ts';
import { ca, eapolTest, hasEapolTest, settings, startEap } from './support.ts';

const anna = login('anna');
const inner = { identity: '"anna"', password: '"correct horse"' };
const tunnel = { ...inner, anonymous_identity: '"anonymous"', ca_cert: '"DIR/ca.pem"' };

if (!hasEapolTest) process.stderr.write('eapol_test tests skipped: install Debian package eapoltest\n');

const device = ca.issue({ commonName: 'anna' });
const withCertificate = {
  identity: '"anonymous"',
  eap: 'TLS',
  ca_cert: '"DIR/ca.pem"',
  client_cert: '"DIR/device.pem"',
  private_key: '"DIR/device.key"',
};
const deviceFiles = { 'device.pem': device.certificate, 'device.key': device.key };
const resumed = 'OpenSSL: Handshake finished - resumed=1';
const tls13 = 'tls_disable_tlsv1_3=0';

describe.runIf(hasEapolTest)('eapol_test of wpa_supplicant', () => {
  it.each([
    ['PEAP-MSCHAPv2', { ...tunnel, eap: 'PEAP', phase2: '"auth=MSCHAPV2"' }, 'peap-mschapv2'],
    ['TTLS-PAP', { ...tunnel, eap: 'TTLS', phase2: '"auth=PAP"' }, 'ttls-pap'],
    ['TTLS-CHAP', { ...tunnel, eap: 'TTLS', phase2: '"auth=CHAP"' }, 'ttls-chap'],
    ['TTLS-MSCHAP', { ...tunnel, eap: 'TTLS', phase2: '"auth=MSCHAP"' }, 'ttls-mschap'],
    ['TTLS-MSCHAPv2', { ...tunnel, eap: 'TTLS', phase2: '"auth=MSCHAPV2"' }, 'ttls-mschapv2'],
    ['TTLS-EAP-MSCHAPv2', { ...tunnel, eap: 'TTLS', phase2: '"autheap=MSCHAPV2"' }, 'ttls-mschapv2'],
    ['EAP-MSCHAPv2', { ...inner, eap: 'MSCHAPV2' }, 'eap-mschapv2'],
    ['EAP-TLS', withCertificate, 'eap-tls'],
    ['PEAP-MSCHAPv2 with TLS 1.3', { ...tunnel, eap: 'PEAP', phase1: `"${tls13}"` }, 'peap-mschapv2'],
    ['TTLS-PAP with TLS 1.3', { ...tunnel, eap: 'TTLS', phase1: `"${tls13}"`, phase2: '"auth=PAP"' }, 'ttls-pap'],
    [
      'TTLS-MSCHAPv2 with TLS 1.3',
      { ...tunnel, eap: 'TTLS', phase1: `"${tls13}"`, phase2: '"auth=MSCHAPV2"' },
      'ttls-mschapv2',
    ],
    ['EAP-TLS with TLS 1.3', { ...withCertificate, phase1: `"${tls13}"` }, 'eap-tls'],
  ])('is let in by %s, with the same keys', async (_, network, method) => {
    await using bench = await startEap([anna]);

    const run = await eapolTest(bench.auth, network, { files: deviceFiles });

    expect(run).toMatchObject({ succeeded: true, keysOk: 1 });
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'accept', method }]);
  });

  it.each([
    ['PEAP', { ...tunnel, eap: 'PEAP' }, 'peap-mschapv2'],
    ['TTLS', { ...tunnel, eap: 'TTLS', phase2: '"auth=PAP"' }, 'ttls-pap'],
    ['EAP-TLS', withCertificate, 'eap-tls'],
    ['PEAP with TLS 1.3', { ...tunnel, eap: 'PEAP', phase1: `"${tls13}"` }, 'peap-mschapv2'],
    ['TTLS with TLS 1.3', { ...tunnel, eap: 'TTLS', phase1: `"${tls13}"`, phase2: '"auth=PAP"' }, 'ttls-pap'],
    ['EAP-TLS with TLS 1.3', { ...withCertificate, phase1: `"${tls13}"` }, 'eap-tls'],
  ])('comes back by %s without a whole handshake', async (_, network, method) => {
    await using bench = await startEap([anna]);

    const run = await eapolTest(bench.auth, network, { files: deviceFiles, again: 1 });

    expect(run).toMatchObject({ succeeded: true, keysOk: 2 });
    expect(run.output).toContain(resumed);
    expect(bench.decisions.of('anna')).toMatchObject([{ method }, { method }]);
  });

  it('comes back with a whole handshake where no session is to be resumed', async () => {
    await using bench = await startEap([anna], settings({ sessionLifetimeSeconds: 0 }));

    const run = await eapolTest(bench.auth, { ...tunnel, eap: 'PEAP' }, { again: 1 });

    expect(run).toMatchObject({ succeeded: true, keysOk: 2 });
    expect(run.output).not.toContain(resumed);
  });

  it.each([
    ['PEAP', { ...tunnel, eap: 'PEAP' }],
    ['TTLS', { ...tunnel, eap: 'TTLS', phase2: '"auth=PAP"' }],
    ['EAP-TLS', withCertificate],
    ['EAP-TLS with TLS 1.3', { ...withCertificate, phase1: `"${tls13}"` }],
  ])('is turned away when it comes back by %s after it was suspended', async (_, network) => {
    const suspended = login('anna', { state: 'suspended' });
    await using bench = await startEap([anna], settings(), ({ directory }) => directory.logins.set('anna', suspended));

    const run = await eapolTest(bench.auth, network, { files: deviceFiles, again: 1 });

    expect(run.succeeded).toBe(false);
    expect(bench.decisions.of('anna')).toMatchObject([
      { verdict: 'accept' },
      { verdict: 'reject', reason: 'suspended' },
    ]);
  });

  it.each([
    ['1.2', 'tls_disable_tlsv1_3=1'],
    ['1.3', tls13],
  ])('proves its password anew when that was changed meanwhile, with TLS %s', async (_, phase1) => {
    const changed = login('anna', { password: new Secret('another') });
    await using bench = await startEap([anna], settings(), ({ directory }) => directory.logins.set('anna', changed));

    const run = await eapolTest(bench.auth, { ...tunnel, eap: 'PEAP', phase1: `"${phase1}"` }, { again: 1 });

    expect(run.succeeded).toBe(false);
    expect(run.output).not.toContain(resumed);
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'accept' }, { reason: 'wrong-password' }]);
  });

  it('is let in by EAP-MD5, which gives no keys', async () => {
    await using bench = await startEap([anna]);

    const run = await eapolTest(bench.auth, { ...inner, eap: 'MD5' }, { arguments: ['-n'] });

    expect(run.succeeded).toBe(true);
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'accept', method: 'eap-md5' }]);
  });

  it.each([
    ['PEAP', { ...tunnel, eap: 'PEAP' }],
    ['TTLS-PAP', { ...tunnel, eap: 'TTLS', phase2: '"auth=PAP"' }],
    ['TTLS-MSCHAPv2', { ...tunnel, eap: 'TTLS', phase2: '"auth=MSCHAPV2"' }],
    ['TTLS-EAP', { ...tunnel, eap: 'TTLS', phase2: '"autheap=MSCHAPV2"' }],
    ['EAP-MSCHAPv2', { ...inner, eap: 'MSCHAPV2' }],
    ['EAP-MD5', { ...inner, eap: 'MD5' }],
  ])('is turned away by %s with a wrong password', async (_, network) => {
    await using bench = await startEap([anna]);

    const run = await eapolTest(bench.auth, { ...network, password: '"wrong"' });

    expect(run.succeeded).toBe(false);
    expect(run.output).toContain('code=3 (Access-Reject)');
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'reject', reason: 'wrong-password' }]);
  });

  it('learns inside PEAP that the account is suspended, by number and words, and may not try again', async () => {
    await using bench = await startEap([login('anna', { state: 'suspended' })]);

    const run = await eapolTest(bench.auth, { ...tunnel, eap: 'PEAP' });

    expect(run.succeeded).toBe(false);
    expect(run.output).toContain('EAP-MSCHAPV2: error 647');
    expect(run.output).toContain('EAP-MSCHAPV2: retry is not allowed');
    expect(run.output).toContain("failure message: 'This account is suspended'");
    expect(bench.decisions.of('anna')).toMatchObject([{ reason: 'suspended', method: 'peap-mschapv2' }]);
  });

  it('gives up when another authority signed our certificate', async () => {
    await using bench = await startEap([anna]);
    const files = { 'ca.pem': testAuthority('Another').certificate };

    const run = await eapolTest(bench.auth, { ...tunnel, eap: 'PEAP' }, { files });

    expect(run.succeeded).toBe(false);
    expect(run.output).toContain('CTRL-EVENT-EAP-TLS-CERT-ERROR');
    expect(bench.decisions.of('anonymous')).toMatchObject([{ reason: 'eap-tls', method: 'peap' }]);
  });

  it.each([
    ['of another authority', testAuthority('Another').issue({ commonName: 'anna' })],
    ['that has ended', ca.issue({ commonName: 'anna', until: '210101000000Z' })],
  ])('is turned away by EAP-TLS with a certificate %s', async (_, pair) => {
    await using bench = await startEap([anna]);
    const files = { 'device.pem': pair.certificate, 'device.key': pair.key };

    const run = await eapolTest(bench.auth, withCertificate, { files });

    expect(run.succeeded).toBe(false);
    expect(bench.decisions.of('anonymous')).toMatchObject([{ reason: 'eap-certificate', method: 'eap-tls' }]);
  });

  it('is turned away by EAP-TLS with a certificate that was revoked, and only with that', async () => {
    const lost = ca.issue({ commonName: 'anna' });
    await using bench = await startEap([anna], settings({ clientRevoked: ca.revoke(lost.certificate) }));

    const files = { 'device.pem': lost.certificate, 'device.key': lost.key };
    const revoked = await eapolTest(bench.auth, withCertificate, { files });
    const good = await eapolTest(bench.auth, withCertificate, { files: deviceFiles });

    expect([revoked.succeeded, good.succeeded]).toEqual([false, true]);
  });

  it('reads long chains in fragments, and sends its own in fragments', async () => {
    const [chain, end] = longChain(8);
    const [deviceChain, deviceEnd] = longChain(8);
    const pair = end.issue({ commonName: 'radius.example' });
    const anyDevice = deviceEnd.issue({ commonName: 'anna' });
    const use = settings({
      certificate: new Secret(pair.certificate + chain.slice(1).reverse().join('')),
      key: new Secret(pair.key),
      clientCa: deviceChain[0] ?? '',
    });
    await using bench = await startEap([anna], use);
    const files = {
      'ca.pem': chain[0] ?? '',
      'device.pem': anyDevice.certificate + deviceChain.slice(1).reverse().join(''),
      'device.key': anyDevice.key,
    };

    const run = await eapolTest(bench.auth, { ...withCertificate, fragment_size: '500' }, { files });

    expect(run).toMatchObject({ succeeded: true, keysOk: 1 });
    expect(run.output).toMatch(/SSL: Need \d{4} bytes more input data/);
    expect(run.output).toMatch(/SSL: sending \d+ bytes, more fragments will follow/);
  });

  it('agrees on a method that it wants and we have', async () => {
    await using bench = await startEap([anna], settings({ methods: ['tls', 'md5', 'peap', 'ttls'] }));

    const run = await eapolTest(bench.auth, { ...tunnel, eap: 'TTLS', phase2: '"auth=PAP"' });

    expect(run).toMatchObject({ succeeded: true, keysOk: 1 });
    expect(run.output).toContain('EAP: Building EAP-Nak (requested type 13');
  });

  it('is turned away when there is no such method', async () => {
    await using bench = await startEap([anna], settings({ methods: ['tls', 'peap'] }));

    const run = await eapolTest(bench.auth, { ...tunnel, eap: 'TTLS', phase2: '"auth=PAP"' });

    expect(run.succeeded).toBe(false);
    expect(bench.decisions.of('anonymous')).toMatchObject([{ reason: 'eap-method' }]);
  });
});

/** Authorities below one another, and the last of them: its own certificate last in the list. */
function longChain(length: number): readonly [readonly string[], TestAuthority] {
  let last = testAuthority('Root of a long chain of authorities');
  const chain = [last.certificate];
  for (let depth = 1; depth < length; depth += 1) {
    last = last.below(`Authority number ${depth} of a long chain of authorities`);
    chain.push(last.certificate);
  }
  return [chain, last];
}
