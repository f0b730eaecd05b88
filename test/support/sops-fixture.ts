import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { armor, Decrypter } from 'age-encryption';
import { parseAllDocuments } from 'yaml';

/** A key of age, and data keys that Debian's `age` 1.1.1 encrypted for it: nothing of ours had a part in them. */
export const ageIdentity = 'AGE-SECRET-KEY-15R32U0R6MGU9MR8DNYM7VFQ6FCN5M7727JGNPUN0V69H5KL0TJ0Q7JSGCY';
export const ageRecipient = 'age1mn5lapqq82p6zdt0ag3z720lelqqczgemz6geh0xtl0zf8790gaqv9m4w5';
/** Another, which opens nothing here. */
export const otherIdentity = 'AGE-SECRET-KEY-14PUQMWVZT662CCTKHTH2YR00C6DQCHTHZFYCSE837STNUMPQZ8DSCAG2NY';
export const otherRecipient = 'age1ymx70ljvuy0z4fp0znan3xj0ruhzcf8supvv5wta6vqaajk6xcpqtarh3r';

export const dataKeys = [
  {
    key: Buffer.from('lastmile-test-fixture-data-key-0'),
    enc: `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBGbkg1R3EzMDN2Y3Q0Z3ky
YWQwRXFTK04rYXRUNjJtbUVDOEtscnNYeFU4CmVNN0kzaXBqb0tmc3dCTmZtT0F2
UVV4QURYYlVnTG5LOGtPUUJtYm0zRk0KLS0tIGdEQ1VRbXZxbzkzRmpnRFRuWjRr
RVZCd24vMU03VkdiRGJ6WG91MlJwRlkKSOOvISRsFXb0v00uNOcqaXU5MyXgWGiU
NX27KXkJrEvTTqLsVTlN4tueH/wHZSwEjAiJPl0e8qdl4BpvIYt9zQ==
-----END AGE ENCRYPTED FILE-----`,
  },
  {
    key: Buffer.from('lastmile-test-fixture-data-key-1'),
    enc: `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSB2TzNtU3BFNDZQZ3RyNGZl
SWdJMDhEQlRKelpPYndyQ3RIV0ZzY1hjM3k4CjJZOU1yRE1wZW1Mc0R2ZHpVQTJk
ek5uSmNHMitHc1IvNXFYZ0xWK3VwaEEKLS0tIGhiSisxaXNwLzZQME01ekNQeWFx
VVJYZkRPWjFjWVZOS2xVRTB6T2N0QjgKd2nzJYvAtMad4tJVhLjxsRkCdu+OVNpO
fEDwo7tN2BGK8DDgilvV22YMbXF40Q1i/n2BSt0PiesvphfGaJvh8g==
-----END AGE ENCRYPTED FILE-----`,
  },
] as const;

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Tree = Readonly<Record<string, Value>>;

export interface SopsOptions {
  /** `encrypted_regex` or another, with its text. Default: none, which is `unencrypted_suffix: _unencrypted`. */
  readonly rule?: readonly [string, string];
  readonly macOnlyEncrypted?: boolean;
  readonly lastModified?: string;
  readonly dataKey?: (typeof dataKeys)[number];
  readonly recipient?: string;
}

/**
 * A file as SOPS writes it, by the format alone and `node:crypto`: written for tests, and from nothing that reads it.
 * Values that the rule has encrypted are so; a MAC over all; the block at the end.
 */
export function sopsFile(documents: readonly Tree[], options: SopsOptions = {}): string {
  const { rule, macOnlyEncrypted = false, lastModified = '2026-11-20T08:00:00Z', dataKey = dataKeys[0] } = options;
  const mac = createHash('sha512');
  if (macOnlyEncrypted)
    mac.update(Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex'));
  const walk = (value: Value, path: readonly string[]): Value => {
    if (Array.isArray(value)) return value.map((each: Value) => walk(each, path));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, [...path, key])]));
    if (value === null) return null;
    const hidden = isHidden(path, rule);
    const [text, type] = octetsOf(value as string | number | boolean);
    if (hidden || !macOnlyEncrypted) mac.update(text);
    return hidden && text !== '' ? enc(text, type, dataKey.key, path.map((key) => `${key}:`).join('')) : value;
  };
  const trees = documents.map((tree) => walk(tree, []) as Tree);
  const sealed = enc(mac.digest('hex').toUpperCase(), 'str', dataKey.key, lastModified);
  const armor = dataKey.enc.split('\n').map((line) => `            ${line}`);
  const block = [
    'sops:',
    '    age:',
    `        - recipient: ${options.recipient ?? ageRecipient}`,
    '          enc: |',
    ...armor,
    `    lastmodified: "${lastModified}"`,
    `    mac: ${sealed}`,
    ...(rule === undefined ? ['    unencrypted_suffix: _unencrypted'] : [`    ${rule[0]}: ${JSON.stringify(rule[1])}`]),
    ...(macOnlyEncrypted ? ['    mac_only_encrypted: true'] : []),
    '    version: 3.13.2',
  ];
  return trees.map((tree) => `${lines(tree, '').join('\n')}\n${block.join('\n')}\n`).join('---\n');
}

function isHidden(path: readonly string[], rule: SopsOptions['rule']): boolean {
  const [kind, text] = rule ?? ['unencrypted_suffix', '_unencrypted'];
  const matches = path.some((key) => (kind.endsWith('suffix') ? key.endsWith(text) : new RegExp(text).test(key)));
  return matches === kind.startsWith('encrypted');
}

function octetsOf(value: string | number | boolean): readonly [string, string] {
  if (typeof value === 'boolean') return [value ? 'True' : 'False', 'bool'];
  if (typeof value === 'number') return [String(value), Number.isInteger(value) ? 'int' : 'float'];
  return [value, 'str'];
}

/** One value, encrypted about `aad`. */
export function enc(text: string, type: string, key: Uint8Array, aad: string): string {
  const iv = randomBytes(32);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad));
  const data = Buffer.concat([cipher.update(text), cipher.final()]).toString('base64');
  const tag = cipher.getAuthTag().toString('base64');
  return `ENC[AES256_GCM,data:${data},iv:${iv.toString('base64')},tag:${tag},type:${type}]`;
}

function lines(value: Value, indent: string): readonly string[] {
  return Object.entries(value as Tree).flatMap(([key, each]) => {
    if (Array.isArray(each))
      return [`${indent}${key}:`, ...each.flatMap((item: Value) => itemLines(item, `${indent}    `))];
    if (typeof each === 'object' && each !== null) return [`${indent}${key}:`, ...lines(each, `${indent}    `)];
    return [`${indent}${key}: ${scalar(each as string)}`];
  });
}

function itemLines(item: Value, indent: string): readonly string[] {
  if (typeof item !== 'object' || item === null) return [`${indent}- ${scalar(item as string)}`];
  const [first = '', ...rest] = lines(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

function scalar(value: string | number | boolean | null): string {
  return typeof value === 'string' && !value.startsWith('ENC[') ? JSON.stringify(value) : String(value);
}

/**
 * What a file that was written says, read by the format alone: `parse` of npm `yaml`, the library of age's author, `node:crypto`.
 *
 * @throws where a value does not open, or the MAC is another
 */
export async function readSops(text: string, identity = ageIdentity): Promise<readonly Tree[]> {
  const documents = parseAllDocuments(text).map((each) => each.toJS() as Tree & { sops: Block });
  const { sops } = documents[0] as unknown as { readonly sops: Block };
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const key = await decrypter.decrypt(armor.decode((sops.age.find(Boolean) as { enc: string }).enc));
  const mac = createHash('sha512');
  if (sops.mac_only_encrypted === true) mac.update(createHash('sha256').update('sops').digest());
  const rule = new RegExp(sops.encrypted_regex);
  const walk = (value: Value, path: readonly string[]): Value => {
    if (Array.isArray(value)) return value.map((each: Value) => walk(each, path));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each, [...path, name])]));
    const hidden = path.some((name) => rule.test(name));
    const said =
      hidden && value !== '' ? dec(String(value), key, path.map((name) => `${name}:`).join('')) : String(value);
    if (hidden || sops.mac_only_encrypted !== true) mac.update(said);
    return said;
  };
  const trees = documents.map(({ sops: _sops, ...rest }) => walk(rest as Tree, []) as Tree);
  if (dec(sops.mac, key, sops.lastmodified) !== mac.digest('hex').toUpperCase()) throw new Error('the MAC is another');
  return trees;
}

interface Block {
  readonly age: readonly { readonly recipient: string; readonly enc: string }[];
  readonly mac: string;
  readonly lastmodified: string;
  readonly encrypted_regex: string;
  readonly mac_only_encrypted?: boolean;
}

function dec(sealed: string, key: Uint8Array, aad: string): string {
  const [, data = '', iv = '', tag = ''] = /data:(.*),iv:(.*),tag:(.*),type:/.exec(sealed) ?? [];
  const opening = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'));
  opening.setAAD(Buffer.from(aad)).setAuthTag(Buffer.from(tag, 'base64'));
  return Buffer.concat([opening.update(Buffer.from(data, 'base64')), opening.final()]).toString('utf8');
}
