import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretResolver } from '../../../src/secrets/secret-resolver.ts';
import { codesOf, errorsOf, load, modelOf, operator, revealed } from '../../support/manifest.ts';

const folder = join(import.meta.dirname, '../../fixtures/tls');
const options = { secrets: secretResolver({ env: { LASTMILE_SECRET_MASTER: 'x'.repeat(32) }, folder }) };
const files = (portal: string) => ({ 'operator.yaml': `${operator}  portal: ${portal}\n` });
const portal = (text: string) => modelOf(files(text), options).operator.portal;
const errors = (text: string) => errorsOf(load(files(text), options));

describe('a portal that is not declared', () => {
  it('has its usual place, and is not asked for', () => {
    expect(modelOf({ 'operator.yaml': operator }).operator.portal).toEqual({
      listen: { host: '0.0.0.0', port: 8080 },
      publicUrl: 'http://192.0.2.1:8080',
      declared: false,
      trustedProxies: [],
    });
  });
});

describe('a RADIUS server at an address that is none', () => {
  it('is told, though guests would reach the portal there', () => {
    const text = operator.replaceAll('192.0.2.1', '192.0.2.09');

    expect(text).toContain('192.0.2.09');
    expect(codesOf(load({ 'operator.yaml': text }, options))).toContain('LM_ADDRESS');
  });
});

describe('a portal', () => {
  it('is asked for by saying where it listens', () => {
    expect(portal('{listen: 127.0.0.1:8081, trustedProxies: [192.0.2.7, 10.1.2.3/8]}')).toEqual({
      listen: { host: '127.0.0.1', port: 8081 },
      publicUrl: 'http://127.0.0.1:8081',
      declared: true,
      trustedProxies: ['192.0.2.7', '10.0.0.0/8'],
    });
    expect(portal('{publicUrl: "https://portal.example"}').declared).toBe(false);
  });

  it.each([
    ['https://Portal.Example/', 'https://portal.example'],
    ['http://192.0.2.10:8080', 'http://192.0.2.10:8080'],
    ['https://portal.example:443', 'https://portal.example'],
  ])('OM-09: is known to guests by an origin, http or https: %s', (text, origin) => {
    expect(portal(`{publicUrl: "${text}"}`).publicUrl).toBe(origin);
  });

  it.each([
    'https://portal.example/p',
    'https://portal.example/?a=b',
    'https://portal.example/?',
    'https://portal.example/#',
    'https://me:you@portal.example',
  ])('is not known by %s', (text) => {
    expect(errors(`{publicUrl: "${text}"}`)).toEqual([
      expect.stringContaining(`LM_URL "${text}" is not the origin of the portal`),
    ]);
  });

  it.each(['https://', 'ftp://portal.example', 'portal.example', 'javascript:alert(1)'])(
    'is a page of the web, not %s',
    (text) => {
      expect(errors(`{publicUrl: "${text}"}`)).toEqual([expect.stringContaining('LM_WRONG_FORMAT')]);
    },
  );

  it('believes proxies that are addresses, and listens where it can', () => {
    expect(errors('{trustedProxies: [proxy.example]}')).toEqual([
      expect.stringContaining('LM_ADDRESS "proxy.example"'),
    ]);
    expect(errors('{listen: "300.0.0.1:80"}')).toEqual([expect.stringContaining('LM_ENDPOINT')]);
  });
});

describe('TLS of the portal', () => {
  const tls = (certificate: string, key: string) => `{tls: {certificate: ${certificate}, key: {file: ${key}}}}`;

  it('takes a certificate with its key', () => {
    const pair = portal(tls('{file: portal.crt}', 'portal.key')).tls;

    expect(revealed(pair?.certificate)).toContain('BEGIN CERTIFICATE');
    expect(revealed(pair?.key)).toContain('PRIVATE KEY');
  });

  it('takes a certificate as text, which is no secret', () => {
    const text = JSON.stringify(readFileSync(join(folder, 'portal.crt'), 'utf8'));

    expect(codesOf(load(files(tls(text, 'portal.key')), { ...options, example: false }))).toEqual([]);
  });

  it.each([
    ['{file: portal.crt}', 'other.key', 'the key does not belong to the certificate'],
    ['{file: portal.crt}', 'portal.crt', 'this is no private key in PEM'],
    ['{file: portal.key}', 'portal.key', 'this is no certificate in PEM'],
  ])('finds out what does not fit (%s with %s)', (certificate, key, said) => {
    expect(errors(tls(certificate, key))).toEqual([expect.stringContaining(`LM_CERTIFICATE ${said}`)]);
  });

  it('is looked at when its files are there: validate only warns without them', () => {
    expect(codesOf(load(files(tls('{file: a.crt}', 'a.key')), { ...options, mode: 'validate' }))).toEqual([
      'LM_SECRET_MISSING',
      'LM_SECRET_MISSING',
    ]);
  });

  it('is not derived', () => {
    expect(errors('{tls: {certificate: {derive: 1}, key: {derive: 1}}}')[0]).toContain('LM_UNKNOWN_KEY');
  });
});
