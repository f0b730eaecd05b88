import { describe, expect, it } from 'vitest';
import { loadFiles } from '../../src/daemon/load.ts';
import type { Manifest } from '../../src/manifest/load-manifest.ts';
import type { Model } from '../../src/model/model.ts';
import { lines, operator, subscription } from '../support/manifest.ts';
import { ageIdentity, dataKeys, enc, otherIdentity, type SopsOptions, sopsFile } from '../support/sops-fixture.ts';

const rest = `${operator}---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: 20M, up: 5M}}
`;
const env = {
  LASTMILE_SECRET_MASTER: 'a master key of at least 32 octets!',
  HOME: '/nowhere',
  XDG_CONFIG_HOME: '/nowhere',
};

const people = {
  apiVersion: 'lastmile/v1',
  kind: 'SubscriberList',
  metadata: { name: 'north' },
  defaults: { service: 'home' },
  items: [
    { name: 'anna', username: 'anna@isp.example', password: 'sealed-anna-1', notes: 'the door at the back' },
    { name: 'ben', username: 'ben@isp.example', password: 'sealed-ben-2' },
    { name: 'carl', username: 'carl@isp.example', password: { derive: 3 } },
  ],
};
const two = { ...people, items: people.items.slice(0, 2) };
const byName: SopsOptions = { rule: ['encrypted_regex', '^password$'] };

async function load(
  text: string,
  more: Record<string, string> = { LASTMILE_AGE_KEY: ageIdentity },
  mode: 'use' | 'validate' = 'use',
) {
  const files = [
    { path: 'rest.yaml', text: rest },
    { path: 'people.yaml', text },
  ];
  return loadFiles(files, { env: { ...env, ...more }, mode });
}

function passwords({ model, issues }: Manifest): readonly string[] {
  if (model === undefined) throw new Error(lines({ issues }).join('\n'));
  return ['anna', 'ben', 'carl'].map((name) => subscription(model, name).password?.reveal() ?? '');
}

describe('a file that SOPS encrypted', () => {
  it.each([
    ['some fields of', byName],
    ['all of', {}],
    ['with a MAC over encrypted values alone, some fields of', { ...byName, macOnlyEncrypted: true }],
    ['by a suffix that is left out, all of', { rule: ['unencrypted_suffix', 'name'] }],
  ] as const)('says what stood in it: %s it', async (_, options) => {
    const manifest = await load(sopsFile([people], options));

    expect(passwords(manifest)).toEqual(['sealed-anna-1', 'sealed-ben-2', expect.stringMatching(/^\w{16}$/)]);
    expect(lines(manifest)).toEqual([]);
  });

  it('shows its secrets nowhere, and derives what is derived as if it were not encrypted', async () => {
    const plain = await load(`${JSON.stringify({ ...people, items: people.items.slice(2) })}\n`);
    const manifest = await load(sopsFile([people], {}));

    expect(
      JSON.stringify(manifest, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('sealed-anna');
    expect(plain.model).toBeDefined();
    expect(passwords(manifest)[2]).toBe(subscription(plain.model as Model, 'carl').password?.reveal());
  });

  it('is checked like any other, with findings at the places of the file', async () => {
    const text = sopsFile([{ ...people, defaults: { service: 'hone' } }], {});
    const { issues } = await load(text);

    const line = text.split('\n').findIndex((each) => each.includes('service:')) + 1;
    expect(lines({ issues })).toContain(
      `people.yaml:${line}:14 error LM_UNKNOWN_REFERENCE no Service is called "hone"`,
    );
  });

  it('opens with a key among others, and with the names SOPS has for them', async () => {
    const text = sopsFile([people], byName);
    const both = `# two\n${otherIdentity}\n${ageIdentity}\n`;

    expect(passwords(await load(text, { LASTMILE_AGE_KEY: both }))[0]).toBe('sealed-anna-1');
    expect(passwords(await load(text, { SOPS_AGE_KEY: ageIdentity }))[0]).toBe('sealed-anna-1');
  });

  it('reads several documents as one file, and numbers as SOPS reads them', async () => {
    const [first, second] = [people.items.slice(0, 2), people.items.slice(2)];
    const text = sopsFile(
      [
        { ...people, items: first },
        { ...people, metadata: { name: 'south' }, items: second },
      ],
      { rule: ['encrypted_regex', '^(password)$'] },
    );

    expect(passwords(await load(text))).toHaveLength(3);
  });
});

describe('without the key', () => {
  it('validate goes on where only secrets are encrypted, and run does not', async () => {
    const text = sopsFile([two], byName);
    const validated = await load(text, { LASTMILE_AGE_KEY: otherIdentity }, 'validate');
    const used = await load(text, {}, 'use');

    expect(validated.model).toBeDefined();
    expect(lines(validated)).toEqual([
      expect.stringMatching(/^people\.yaml:\d+:\d+ warning LM_SECRET_MISSING no age key opens/),
    ]);
    expect(used.model).toBeUndefined();
    expect(lines(used)[0]).toContain('error LM_SECRET_MISSING no age key opens');
  });

  it('nothing is said of a file of which everything is encrypted', async () => {
    const validated = await load(sopsFile([people], {}), {}, 'validate');
    const used = await load(sopsFile([people], {}), {}, 'use');

    expect(lines(validated)).toEqual([
      expect.stringContaining('warning LM_SOPS_NO_KEY this file is encrypted for age1mn5'),
    ]);
    expect(used.model).toBeUndefined();
  });

  it('says of a key that is none where it stands, and never what', async () => {
    const { issues } = await load(sopsFile([two], byName), { LASTMILE_AGE_KEY: 'AGE-SECRET-KEY-canary' });

    expect(lines({ issues })[0]).toContain('LASTMILE_AGE_KEY: line 1 is no AGE-SECRET-KEY-1');
    expect(lines({ issues }).join()).not.toContain('canary');
  });
});

/** What somebody who can write to the repository, and has no key, may try. */
const tampered: Readonly<Record<string, readonly [(text: string) => string, string, SopsOptions?]>> = {
  'a value with another octet': [
    (text) =>
      text.replace(
        /(password: ENC\[AES256_GCM,data:)(.)/,
        (_, head: string, one: string) => `${head}${one === 'A' ? 'B' : 'A'}`,
      ),
    'LM_SOPS_VALUE',
  ],
  'a value with another nonce': [
    (text) =>
      text.replace(/(password: \S*?iv:)(.)/, (_, head: string, one: string) => `${head}${one === 'A' ? 'B' : 'A'}`),
    'LM_SOPS_VALUE',
  ],
  'a value with another tag': [
    (text) =>
      text.replace(/(password: \S*?tag:)(.)/, (_, head: string, one: string) => `${head}${one === 'A' ? 'B' : 'A'}`),
    'LM_SOPS_VALUE',
  ],
  'two values of one list that changed places': [(text) => swapped(text), 'LM_SOPS_MAC'],
  'a value where another field was': [
    (text) => text.replace(/username: .*/, `username: ${/password: (\S+)/.exec(text)?.[1]}`),
    'LM_SOPS_VALUE',
    { rule: ['encrypted_regex', '^(user|pass)'] },
  ],
  'an item that was left out': [(text) => text.replace(/ {4}- name: "ben"\n(?: {6}.*\n)*/, ''), 'LM_SOPS_MAC'],
  'an item that is there twice': [(text) => text.replace(/( {4}- name: "ben"\n(?: {6}.*\n)*)/, '$1$1'), 'LM_SOPS_MAC'],
  'a field in clear text that is another': [(text) => text.replace('anna@isp', 'eve@isp'), 'LM_SOPS_MAC'],
  'clear text where the rule has it encrypted': [
    (text) => text.replace(/password: ENC\S+/, 'password: mine'),
    'LM_SOPS_PLAIN',
  ],
  'a rule that is another, so that clear text is right': [
    (text) =>
      text
        .replace(/password: ENC\S+/g, 'password: mine')
        .replace('^password$', '^nothing$')
        .replace('derive: 3', 'derive: 4'),
    'LM_SOPS_RULE',
  ],
  'an empty value': [(text) => text.replace(/password: ENC\S+/, 'password: ""'), 'LM_SOPS_MAC'],
  'no MAC': [(text) => text.replace(/ {4}mac: .*\n/, ''), 'LM_SOPS_NO_MAC'],
  'an empty MAC': [(text) => text.replace(/ {4}mac: .*/, '    mac: ""'), 'LM_SOPS_NO_MAC'],
  'the MAC of another file': [
    (text) => text.replace(/mac: .*/, /mac: .*/.exec(sopsFile([{ ...people, defaults: {} }], byName))?.[0] ?? ''),
    'LM_SOPS_MAC',
  ],
  'a MAC of its own, in clear text': [(text) => text.replace(/mac: .*/, `mac: ${'A'.repeat(128)}`), 'LM_SOPS_MAC'],
  'another time': [(text) => text.replace('2026-11-20T08', '2026-11-21T08'), 'LM_SOPS_MAC'],
  'a MAC over encrypted values alone': [
    (text) => text.replace('    version:', '    mac_only_encrypted: true\n    version:'),
    'LM_SOPS_MAC',
  ],
  'a data key that is another': [
    (text) =>
      text.replace(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/, dataKeys[1].enc.replaceAll('\n', '\n            ')),
    'LM_SOPS_VALUE',
  ],
  'a data key that was changed': [
    (text) => text.replace(/(-----BEGIN AGE ENCRYPTED FILE-----\s+\S{40})./, '$1*'),
    'LM_SOPS_KEY',
  ],
  'no sops block': [(text) => text.slice(0, text.indexOf('\nsops:') + 1), 'LM_SOPS_NO_METADATA'],
  'a value of another file': [
    (text) => text.replace(/password: \S+/, `password: ${enc('mine', 'str', dataKeys[1].key, 'items:password:')}`),
    'LM_SOPS_VALUE',
  ],
  'rules by comments': [(text) => text.replace('encrypted_regex', 'encrypted_comment_regex'), 'LM_SOPS_RULE'],
  'an alias': [
    (text) => text.replace('name: "ben"', 'name: &b "ben"').replace('name: "carl"', 'name: *b'),
    'LM_SOPS_ALIAS',
  ],
};

function swapped(text: string): string {
  const [first = '', second = ''] = [...text.matchAll(/password: (ENC\S+)/g)].map(([, value]) => value ?? '');
  return text.replace(first, 'first').replace(second, first).replace('first', second);
}

describe('a file that was tampered with', () => {
  it.each(Object.entries(tampered))('is refused: %s', async (_, [change, code, options]) => {
    const text = sopsFile([people], options ?? byName);
    const changed = change(text);
    const { model, issues } = await load(changed);

    expect(changed).not.toBe(text);
    expect(passwords(await load(text))[0]).toBe('sealed-anna-1');
    expect(model).toBeUndefined();
    expect(issues.map((issue) => issue.code)).toContain(code);
    expect(
      issues.filter((issue) => issue.code === code).every(({ file, line }) => file === 'people.yaml' && line > 1),
    ).toBe(true);
    expect(lines({ issues }).join('\n')).not.toMatch(/sealed-|ENC\[/);
  });
});
