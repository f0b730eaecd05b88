import { describe, expect, it } from 'vitest';
import { clearSecrets } from '../../src/adopt/clear-secrets.ts';
import { Tagged, yamlText } from '../../src/adopt/yaml-text.ts';

describe('what looks like a secret in an imported file', () => {
  it.each([
    [':local ftppass "Sup3rSecret"', 'ftppass'],
    [':global TelegramToken AAE-xyz', 'TelegramToken'],
    ['/system backup save name=x password=Backup123', 'password='],
    ['/tool fetch url="https://noc:geheim@10.0.0.9/x"', 'https://noc:'],
    ['/tool fetch url="https://api.telegram.org/bot987:ABCdef/sendMessage?text=up"', 'api.telegram.org/bot987:'],
    ['/tool fetch url="https://panel.example/?user=x&clave=12345"', 'clave='],
  ])('%s', (source, word) => {
    const file = { path: 'a.yaml', ...yamlText({ script: [{ name: 's', source }] }) };

    expect(clearSecrets([file])).toEqual([{ at: expect.stringMatching(/^a\.yaml:\d$/), word }]);
  });

  it('is the name of a community of SNMP, where that is all that is asked for', () => {
    const row = (id: string, fields: Record<string, string>) =>
      new Tagged(fields, { tag: `config /snmp/community *${id}` });
    const rows = [row('1', { name: 'isp-read' }), row('2', { name: 'nms', security: 'private' })];

    expect(clearSecrets([{ path: 'a.yaml', ...yamlText({ rows }) }])).toEqual([{ at: 'a.yaml:2', word: 'community ' }]);
  });

  it.each([
    ':local pass [/ppp secret get 0 password]',
    ':local password $1',
    ':local pass ""',
    ':set password ($a . $b)',
    '/tool fetch user=$user password=$pass',
    '/ip hotspot set bypass=yes',
    '/tool fetch url="https://example.net:8443/a@b"',
    '/ip firewall mangle add passthrough=yes',
    '/interface wireguard peers add public-key=abcdefgh= interface=wg1',
  ])('and not %s', (source) => {
    expect(clearSecrets([{ path: 'a.yaml', ...yamlText({ source }) }])).toEqual([]);
  });
});
