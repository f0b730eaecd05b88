import { describe, expect, it } from 'vitest';
import { checkAttribute } from '../../../src/radius/dictionary/check-attribute.ts';
import { load, modelOf, operator } from '../../support/manifest.ts';

const home = '{name: partner-1, address: 203.0.113.10, secret: a-secret-of-two-operators}';
const files = (proxy: string) => ({
  'operator.yaml': operator.replace('  radius:\n', `  radius:\n    proxy: ${proxy}\n`),
});
const proxyOf = (text: string) => modelOf(files(text)).proxy;
const said = (text: string) =>
  load(files(text), { attributeCheck: checkAttribute }).issues.map(({ code, message }) => `${code} ${message}`);

describe('a proxy that is declared', () => {
  it('is none as long as it is not', () => {
    expect(modelOf({ 'operator.yaml': operator }).proxy).toBeUndefined();
  });

  it('has the usual ports and times, and realms in lower case', () => {
    const proxy = proxyOf(`{homeServers: [${home}], realms: [{realm: Partner.EXAMPLE, servers: [partner-1]}]}`);

    expect(proxy).toMatchObject({
      homeServers: [
        {
          name: 'partner-1',
          address: '203.0.113.10',
          authPort: 1812,
          accountingPort: 1813,
          statusServer: true,
          messageAuthenticator: 'require',
          timeoutMs: 2000,
        },
      ],
      realms: [{ realm: 'partner.example', servers: ['partner-1'], strip: false, allow: [] }],
    });
  });

  it.each([
    [
      'LM_UNKNOWN_REFERENCE no home server is called "partner-2"',
      `{homeServers: [${home}], realms: [{realm: a, servers: [partner-2]}]}`,
    ],
    [
      'LM_UNKNOWN_REFERENCE no Service is called "gold"',
      `{homeServers: [${home}], realms: [{realm: a, servers: [partner-1], service: gold}]}`,
    ],
    [
      'LM_ATTRIBUTE unknown RADIUS attribute "Mikrotik-Rate-Limits"',
      `{homeServers: [${home}], realms: [{realm: a, servers: [partner-1], allow: [Mikrotik-Rate-Limits]}]}`,
    ],
    [
      'LM_DUPLICATE',
      `{homeServers: [${home}], realms: [{realm: a, servers: [partner-1]}, {realm: A, servers: [partner-1]}]}`,
    ],
    [
      'LM_PROXY "50ms" is no time',
      `{homeServers: [{name: b, address: 192.0.2.1, secret: x-secret-of-two-operators, timeout: 50ms}], realms: [{realm: a, servers: [b]}]}`,
    ],
    ['LM_PROXY_STRIP', `{homeServers: [${home}], realms: [{realm: "*", servers: [partner-1], strip: true}]}`],
  ])('is refused, or warned of, where it does not fit: %s', (message, text) => {
    expect(said(text)).toContainEqual(expect.stringContaining(message));
  });

  it('may not name ourselves', () => {
    const [, address = ''] = /address: ([0-9.]+)/.exec(operator) ?? [];
    const self = `{name: self, address: ${address}, secret: a-secret-of-two-operators}`;

    expect(said(`{homeServers: [${self}], realms: [{realm: a, servers: [self]}]}`)).toContainEqual(
      expect.stringContaining('LM_PROXY home server "self" is'),
    );
  });
});
