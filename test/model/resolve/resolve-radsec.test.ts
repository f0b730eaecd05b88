import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretResolver } from '../../../src/secrets/secret-resolver.ts';
import { errorsOf, load, modelOf, operator } from '../../support/manifest.ts';

const folder = join(import.meta.dirname, '../../fixtures/tls');
const options = { secrets: secretResolver({ env: { LASTMILE_SECRET_MASTER: 'x'.repeat(32) }, folder }) };
const pem = readFileSync(join(folder, 'portal.crt'), 'utf8');
const pair = 'certificate: {file: portal.crt}, key: {file: portal.key}';
const files = (radius: string) => ({ 'operator.yaml': operator.replace('  radius:\n', `  radius:\n    ${radius}\n`) });
const radius = (text: string) => modelOf(files(text), options).operator.radius;
const errors = (text: string) => errorsOf(load(files(text), options));

describe('the authorities of NAS on RadSec', () => {
  it.each(['{file: portal.crt}', JSON.stringify(pem)])('are PEM from wherever they are: %s', (clientCa) => {
    expect(radius(`radsec: {${pair}, clientCa: ${clientCa}}`).radsec?.clientCa?.trim()).toBe(pem.trim());
  });

  it('are refused where they are none, or are not there', () => {
    expect(errors(`radsec: {${pair}, clientCa: {file: portal.key}}`)).toEqual([
      expect.stringContaining('LM_CERTIFICATE this is no certificate in PEM'),
    ]);
    expect(errors(`radsec: {${pair}, clientCa: {file: gone.crt}}`)).toEqual([expect.stringContaining('gone.crt')]);
  });
});

describe('a peer of the heartbeat on RadSec', () => {
  const fingerprint = `${'AB:'.repeat(31)}AB`;
  const peers = (peer: string, radsec = `radsec: {${pair}}`) =>
    `${radsec}\n    heartbeat: {peers: [{name: second, address: 192.0.2.3, ${peer}}]}`;

  it('is asked at 2083 by our certificate, and known by its own', () => {
    const { heartbeat, radsec } = radius(peers(`radsec: {fingerprint: "${fingerprint}"}`));

    expect(heartbeat?.peers).toMatchObject([{ authPort: 2083, tls: { fingerprint: 'ab'.repeat(32) } }]);
    expect(heartbeat?.peers?.[0]?.tls?.key.equals(radsec?.key as never)).toBe(true);
  });

  it.each([
    ['LM_HEARTBEAT', 'no use for secret', peers(`secret: {derive: 1}, radsec: {fingerprint: "${fingerprint}"}`)],
    [
      'LM_HEARTBEAT',
      'no use for accountingPort',
      peers(`accountingPort: 1813, radsec: {fingerprint: "${fingerprint}"}`),
    ],
    ['LM_HEARTBEAT', 'takes a certificate of our own', peers(`radsec: {fingerprint: "${fingerprint}"}`, '')],
    ['LM_MISSING_KEY', '"secret" of the peer "second" is missing', peers('authPort: 1812')],
  ])('is refused where it does not fit: %s %s', (code, message, text) => {
    expect(errors(text)).toEqual([expect.stringMatching(new RegExp(`${code}.*${message}`))]);
  });
});
