import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretResolver } from '../../../src/secrets/secret-resolver.ts';
import { errorsOf, load, modelOf, operator } from '../../support/manifest.ts';

const folder = join(import.meta.dirname, '../../fixtures/tls');
const options = { secrets: secretResolver({ env: { LASTMILE_SECRET_MASTER: 'x'.repeat(32) }, folder }) };
const pair = 'certificate: {file: portal.crt}, key: {file: portal.key}';
const ca = JSON.stringify(readFileSync(join(folder, 'portal.crt'), 'utf8'));
const files = (eap: string) => ({ 'operator.yaml': operator.replace('  radius:\n', `  radius:\n    eap: ${eap}\n`) });
const eap = (text: string) => modelOf(files(text), options).operator.radius.eap;
const said = (text: string) => load(files(text), options).issues.map(({ code, message }) => `${code} ${message}`);

describe('EAP that is declared', () => {
  it('is off as long as it is not', () => {
    expect(modelOf({ 'operator.yaml': operator }).operator.radius.eap).toBeUndefined();
  });

  it('has PEAP and TTLS with a certificate, TLS with an authority of devices, and sessions of 8 hours', () => {
    expect(eap(`{${pair}}`)).toMatchObject({ methods: ['peap', 'ttls'], sessionLifetimeSeconds: 28_800 });
    expect(eap(`{${pair}, clientCa: ${ca}}`)?.methods).toEqual(['peap', 'ttls', 'tls']);
  });

  it('has the methods that are named, in their order, and the time that is said', () => {
    const settings = eap(`{${pair}, methods: [ttls, peap], sessionLifetime: 0s}`);

    expect(settings).toMatchObject({ methods: ['ttls', 'peap'], sessionLifetimeSeconds: 0 });
  });

  it('needs no certificate for what has no tunnel, and says what that is worth', () => {
    expect(eap('{methods: [md5, mschapv2]}')?.methods).toEqual(['md5', 'mschapv2']);
    expect(said('{methods: [md5]}')).toEqual([expect.stringContaining('LM_EAP_BARE EAP method md5 without a tunnel')]);
  });

  it.each([
    ['LM_MISSING_KEY "certificate" is missing, which method peap and ttls needs', '{}'],
    [
      'LM_MISSING_KEY "key" is missing, which the other of the pair',
      '{methods: [md5], certificate: {file: portal.crt}}',
    ],
    ['LM_MISSING_KEY method tls needs clientCa', `{methods: [tls], ${pair}}`],
    ['LM_EAP only method tls uses clientCa', `{methods: [peap], ${pair}, clientCa: ${ca}}`],
    ['LM_CERTIFICATE this is no certificate in PEM', `{${pair}, clientCa: nonsense}`],
    ['LM_CERTIFICATE this is no list of revoked certificates', `{${pair}, clientCa: ${ca}, clientRevoked: nonsense}`],
    ['LM_CERTIFICATE the key does not belong', `{certificate: {file: portal.crt}, key: {file: other.key}}`],
    ['LM_EAP 8d is longer than 7d', `{${pair}, sessionLifetime: 8d}`],
    ['LM_UNKNOWN_WORD "leap"', `{${pair}, methods: [leap]}`],
  ])('is refused where it does not fit: %s', (message, text) => {
    expect(said(text)).toContainEqual(expect.stringContaining(message));
  });
});

describe('somebody with a username and a service for wireless networks', () => {
  const service = 'apiVersion: lastmile/v1\nkind: Service\nmetadata: {name: campus}\nspec: {access: [wireless]}\n';
  const anna = (more = '') =>
    `apiVersion: lastmile/v1\nkind: Subscriber\nmetadata: {name: anna}\nspec: {service: campus, username: anna, password: correct horse${more}}\n`;
  const repository = (subscriber: string, text = `{${pair}}`) => ({
    ...files(text),
    'service.yaml': service,
    'anna.yaml': subscriber,
  });

  it('logs in by EAP', () => {
    const { subscriptions } = modelOf(repository(anna()), options);

    expect(subscriptions).toMatchObject([{ username: 'anna', radius: true, macs: [] }]);
  });

  it('needs a device as long as EAP is not declared, and is told so', () => {
    const { 'operator.yaml': _, ...rest } = repository(anna());

    const [issue] = load({ ...rest, 'operator.yaml': operator }, options).issues.filter(
      ({ severity }) => severity === 'error',
    );

    expect(issue).toMatchObject({
      message: '"mac" of the subscriber "anna" is missing: service "campus" is wireless',
      hint: 'a username is for EAP: declare radius.eap of the Operator',
    });
  });

  it('needs a device where a router is to let it in by itself', () => {
    const router = 'apiVersion: lastmile/v1\nkind: Router\nmetadata: {name: core-1}\nspec: {address: 192.0.2.2}\n';
    const repo = { ...repository(anna(', router: core-1, auth: local')), 'router.yaml': router };

    expect(errorsOf(load(repo, options)).join('\n')).toContain('"mac" of the subscriber "anna" is missing');
  });
});
