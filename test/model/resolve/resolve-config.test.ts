import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import type { ConfigMenu } from '../../../src/model/kinds/router.ts';
import { document, errorsOf, lines, load, modelOf, operator } from '../../support/manifest.ts';

const files = (spec: string) => ({
  'isp.yaml': operator,
  'core-1.yaml': document('Router', 'core-1', `address: 192.0.2.11\n${spec}`),
});
const configOf = (spec: string): readonly ConfigMenu[] | undefined => modelOf(files(spec)).routers[0]?.config;
const errors = (spec: string) => errorsOf(load(files(spec)));

describe('menus of a router that are written as declared', () => {
  it('are rows or settings by their YAML, in order of their paths', () => {
    const config = configOf(`config:
  /ip firewall filter:
    - {chain: input, connection-state: "established,related", action: accept, comment: what is known}
    - chain: input
      dst-port: 8291
      disabled: true
      key: winbox
  /system/clock/: {time-zone-name: Africa/Nairobi, time-zone-autodetect: false}
  /ip/firewall/nat: []`);

    expect(config).toEqual([
      {
        path: '/ip/firewall/filter',
        kind: 'rows',
        origin: { file: 'core-1.yaml', line: 7, column: 5 },
        rows: [
          {
            fields: { chain: 'input', 'connection-state': 'established,related', action: 'accept' },
            comment: 'what is known',
            origin: { file: 'core-1.yaml', line: 8, column: 10 },
          },
          {
            fields: { chain: 'input', 'dst-port': '8291', disabled: 'yes' },
            key: 'winbox',
            origin: { file: 'core-1.yaml', line: 9, column: 9 },
          },
        ],
      },
      { path: '/ip/firewall/nat', kind: 'rows', rows: [], origin: expect.anything() },
      {
        path: '/system/clock',
        kind: 'settings',
        settings: { 'time-zone-name': 'Africa/Nairobi', 'time-zone-autodetect': 'no' },
        origin: { file: 'core-1.yaml', line: 13, column: 5 },
      },
    ]);
  });

  it('are absent where none are declared', () => {
    expect(configOf('mode: apply')).toBeUndefined();
    expect(configOf('config: {}')).toEqual([]);
  });

  it('hide what is written as a secret, and what is one whatever it is written as', () => {
    const config = configOf(`config:
  /ppp/l2tp-secret: [{address: 192.0.2.0/24, secret: {derive: 1}, key: north}]
  /snmp/community: [{name: noc, authentication-password: in-clear, security: private}]`);
    const fields = config?.flatMap((menu) => (menu.kind === 'rows' ? menu.rows.map((row) => row.fields) : []));

    expect(fields?.[0]).toEqual({ address: '192.0.2.0/24', secret: expect.any(Secret) });
    expect(fields?.[1]).toEqual({
      name: 'noc',
      'authentication-password': new Secret('in-clear'),
      security: 'private',
    });
    expect(JSON.stringify(config)).not.toContain('in-clear');
  });

  it('derive a secret from the key or name of its row, so that rows can move', () => {
    const rows = (list: string) =>
      configOf(`config: {/radius/x: [${list}]}`)?.flatMap((menu) =>
        menu.kind === 'rows' ? menu.rows.map(({ fields }) => fields['secret']) : [],
      );
    const [a, b] = ['{name: a, secret: {derive: 1}}', '{key: b, x: "1", secret: {derive: 1}}'];

    expect(rows(`${b}, ${a}`)?.map((each) => (each as Secret).reveal())).toEqual(
      rows(`${a}, ${b}`)
        ?.map((each) => (each as Secret).reveal())
        .reverse(),
    );
    expect(errors('config: {/radius/x: [{secret: {derive: 1}}]}')).toEqual([
      expect.stringContaining('error LM_MISSING_KEY a derived secret needs a row with a name or a key: rows move'),
    ]);
  });

  it('warn of secrets that stand in the repository, with the place of the first', () => {
    const manifest = load(files('config: {/snmp/community: [{name: noc, encryption-password: in-clear}]}'), {
      example: false,
    });

    expect(lines(manifest)).toEqual([
      'core-1.yaml:6:63 warning LM_SECRET_IN_TEXT 1 secret stands in clear text in this file',
    ]);
  });

  it.each([
    ['config: {ip/pool: []}', '6:12 error LM_WRONG_FORMAT "ip/pool" cannot be a key here'],
    ['config: {/IP/Pool: []}', '6:12 error LM_WRONG_FORMAT "/IP/Pool" cannot be a key here'],
    [
      'config: {/ip/dns: {servers: [1.1.1.1]}}',
      '6:31 error LM_WRONG_TYPE must be text or a whole number or true or false or a map, is a list',
    ],
    ['config: {/ip/dns: {cache-size: 1.5}}', '6:34 error LM_TEXT_EXPECTED text is due here, this is a number'],
    ['config: {/ip/dns: {}}', '6:21 error LM_OUT_OF_RANGE must not be empty'],
    [
      'config: {/ip/dns: {servers: ""}, /ip dns: {servers: ""}}',
      '6:45 error LM_DUPLICATE_ENTRY the menu /ip/dns is declared twice',
    ],
    [
      'config: {/ip/pool: [{.id: "*1", name: a}]}',
      '6:29 error LM_UNKNOWN_KEY ".id" is not declared: the router makes it up, and anew when a row is made again',
    ],
    [
      'config: {/ip/pool: [{numbers: "*1", name: a}]}',
      '6:33 error LM_UNKNOWN_KEY "numbers" is no property: rows are known by what they say',
    ],
    ['config: {/ip/pool: [{Name: a}]}', '6:30 error LM_WRONG_FORMAT "Name" cannot be a property'],
    ['config: {/ip/pool: [{comment: x}]}', '6:23 error LM_MISSING_KEY this row has no property'],
    [
      'config: {/ip/pool: [{name: a, comment: {derive: 1}}]}',
      '6:42 error LM_WRONG_TYPE "comment" is text, never a secret',
    ],
    [
      'config: {/ip/pool: [{name: a, key: x}, {name: b, key: x}]}',
      '6:57 error LM_DUPLICATE_ENTRY the key "x" stands twice in this menu',
    ],
    [
      'system: {identity: core}\nconfig: {/system/identity: {name: x}}',
      '7:11 error LM_DECLARED_TWICE "name" of /system/identity is declared by spec.system.identity already',
    ],
    [
      'system: {dns: {servers: [9.9.9.9]}}\nconfig: {/ip/dns: {servers: 9.9.9.9}}',
      '7:11 error LM_DECLARED_TWICE "servers" of /ip/dns is declared by spec.system.dns.servers already',
    ],
  ])('are refused where they are wrong: %s', (spec, said) => {
    expect(errors(spec)).toEqual([`core-1.yaml:${said}`]);
  });
});
