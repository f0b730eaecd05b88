import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { eapolTest, hasEapolTest } from '../eap/support.ts';
import { type TestAuthority, testAuthority } from '../support/certificates.ts';
import { canaries, servicesYaml, TestNetwork } from '../support/network.ts';

if (!hasEapolTest) process.stderr.write('eapol_test tests skipped: install Debian package eapoltest\n');

function endpoint(text: string | undefined): Endpoint {
  const [host = '', port] = (text ?? '').split(':');
  return { host, port: Number(port) };
}

/** Commits `radius.eap` of the Operator, and that the service is sold for wireless networks. */
function declareEap(network: TestNetwork, without: string, authority: TestAuthority): void {
  const { certificate, key } = authority.issue({ commonName: 'radius.example' });
  const eap = `eap: {certificate: ${JSON.stringify(certificate)}, key: ${JSON.stringify(key)}}`;
  network.write('operator.yaml', without.replace('  radius:\n', `  radius:\n    ${eap}\n`));
  network.write('services.yaml', servicesYaml('20M', '5M').replace('[pppoe]', '[pppoe, wireless]'));
  network.commit('EAP');
}

describe.runIf(hasEapolTest)('eapol_test against the daemon', () => {
  it('is refused until EAP is declared, let in by PEAP, and shown a new certificate as soon as that is committed', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const [old, next] = [testAuthority('Old'), testAuthority('New')];
    const anna = { identity: '"anna@isp.example"', password: `"${canaries.annaPassword}"`, eap: 'PEAP' };
    const peer = { ...anna, anonymous_identity: '"@isp.example"', ca_cert: '"DIR/ca.pem"' };
    const dial = (authority: TestAuthority) =>
      eapolTest(endpoint(daemon.listeners.auth), peer, {
        secret: canaries.radiusSecret,
        files: { 'ca.pem': authority.certificate },
      });

    const without = readFileSync(join(network.dir, 'operator.yaml'), 'utf8');
    const before = await dial(old);
    declareEap(network, without, old);
    await network.lastmile('reconcile');
    const first = await dial(old);
    declareEap(network, without, next);
    await network.lastmile('reconcile');
    const second = await dial(next);

    expect([before.succeeded, first.succeeded, second.succeeded]).toEqual([false, true, true]);
    expect([first.keysOk, second.keysOk]).toEqual([1, 1]);
    expect(first.output).toContain("Value: 'anna@isp.example'");
    const { out } = await network.lastmile('why', 'anna@isp.example');
    expect(out).toMatch(/accept by peap-mschapv2 on checks/);
    expect((await network.lastmile('why', '@isp.example')).out).toContain('eap-off');
  });
});
