import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AttributeDefinition } from '../../../src/radius/dictionary/definition.ts';
import { allAttributes, attributeNumbered } from '../../../src/radius/dictionary/dictionary.ts';

const folder = '/usr/share/freeradius';
const isThere = existsSync(`${folder}/dictionary.rfc2865`);
if (!isThere) process.stderr.write('FreeRADIUS dictionary tests skipped: install Debian package freeradius-common\n');

const files = [
  ...['rfc2865', 'rfc2866', 'rfc2867', 'rfc2868', 'rfc2869', 'rfc3162', 'rfc3576', 'rfc3580', 'rfc4072', 'rfc4372'],
  ...['rfc4675', 'rfc4679', 'rfc4818', 'rfc4849', 'rfc5090', 'rfc5176', 'rfc5447', 'rfc5580', 'rfc5607', 'rfc6519'],
  ...['rfc6572', 'rfc6677', 'rfc6911', 'rfc6930', 'rfc7055', 'rfc7155', 'rfc7268', 'rfc7499', 'rfc7930', 'rfc8045'],
  ...['rfc8559', 'microsoft', 'mikrotik', 'wispr', 'chillispot'],
];
/** Those of which we know a part. */
const partly = ['cisco', 'ascend'];

interface Entry {
  readonly name: string;
  /** `241.5`, `173.1`. */
  readonly code: string;
  readonly vendor: number | undefined;
  readonly type: string;
  readonly flags: string;
}

/** What FreeRADIUS knows of the same attributes, in its own words. */
function entriesOf(file: string): readonly Entry[] {
  let vendor: number | undefined;
  let inside: number | undefined;
  return readFileSync(`${folder}/dictionary.${file}`, 'utf8')
    .split('\n')
    .flatMap((line): Entry[] => {
      const [word, name = '', code = '', type = '', flags = ''] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (word === 'VENDOR') vendor = Number(code);
      if (word === 'BEGIN-VENDOR') inside = vendor;
      if (word === 'END-VENDOR') inside = undefined;
      return word === 'ATTRIBUTE' ? [{ name, code, vendor: inside, type, flags }] : [];
    });
}

const types: Readonly<Record<AttributeDefinition['type'], readonly string[]>> = {
  integer: ['integer'],
  time: ['date'],
  integer64: ['integer64'],
  byte: ['byte'],
  short: ['short'],
  // Octets where the RFC says text, or the other way round.
  text: ['string', 'octets'],
  string: ['octets', 'string'],
  ipv4: ['ipaddr'],
  ipv6: ['ipv6addr'],
  'ipv4-prefix': ['ipv4prefix'],
  'ipv6-prefix': ['ipv6prefix'],
  'interface-id': ['ifid'],
  tlv: ['tlv'],
};
const encryptions = { password: 'encrypt=1', salted: 'encrypt=2', ascend: 'encrypt=3' } as const;

function ours({ code, vendor }: Entry): AttributeDefinition | undefined {
  const [first = 0, ...rest] = code.split('.').map(Number);
  const isExtended = vendor === undefined && first > 240;
  const top = isExtended ? attributeNumbered(undefined, rest[0] ?? 0, first) : attributeNumbered(vendor, first);
  const field = isExtended ? rest[1] : rest[0];
  return field === undefined ? top : top?.fields?.find(({ number }) => number === field);
}

function differences(entry: Entry): readonly string[] {
  const definition = ours(entry);
  if (definition === undefined) return [`${entry.name} (${entry.vendor ?? ''} ${entry.code}) is not known`];
  const { type, tagged, size } = definition;
  const [plain = '', length] = entry.type.split(/[[\]]/);
  return [
    ...(types[type].includes(plain) ? [] : [`${entry.name}: ${type}, not ${entry.type}`]),
    ...((tagged === true) === entry.flags.includes('has_tag') ? [] : [`${entry.name}: tag`]),
    ...(isHiddenAlike(definition, entry) ? [] : [`${entry.name}: encryption`]),
    ...(length === undefined || size === undefined || Number(length) === size ? [] : [`${entry.name}: size ${length}`]),
  ];
}

function isHiddenAlike({ encryption }: AttributeDefinition, { flags }: Entry): boolean {
  return encryption === undefined ? !flags.includes('encrypt=') : flags.includes(encryptions[encryption]);
}

/** Containers, which are not attributes of their own. */
const isContainer = ({ type }: Entry): boolean => ['vsa', 'extended', 'long-extended', 'evs'].includes(type);

describe.runIf(isThere)('the dictionary beside that of FreeRADIUS', () => {
  const known = files.flatMap(entriesOf).filter((entry) => !isContainer(entry));

  it('IW-27: knows every attribute of its RFCs and of MikroTik, WISPr, ChilliSpot and Microsoft, of the same form', () => {
    expect(known.length).toBeGreaterThan(330);
    expect(known.flatMap(differences)).toEqual([]);
  });

  it('has the same numbers for the names that both have', () => {
    const numbers = new Map([...known, ...partly.flatMap(entriesOf)].map((entry) => [entry.name, entry]));
    const wrong = allAttributes.filter((definition) => {
      const entry = numbers.get(definition.name);
      return entry !== undefined && ours(entry) !== definition;
    });

    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('knows a name of its own only where FreeRADIUS has none or another', () => {
    const numbers = new Set([...known, ...partly.flatMap(entriesOf)].map((entry) => ours(entry)?.name));
    const alone = allAttributes.filter(({ name, vendor }) => !numbers.has(name) && vendor !== 11863);

    expect(alone.map(({ name }) => name)).toEqual([]);
  });

  it('has the same numbers for the names of values', () => {
    const values = files.flatMap((file) =>
      readFileSync(`${folder}/dictionary.${file}`, 'utf8')
        .split('\n')
        .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
        .filter(([word]) => word === 'VALUE'),
    );
    const wrong = values.filter(([, attribute = '', name = '', number]) => {
      const ofOurs = allAttributes.find((definition) => definition.name === attribute)?.values?.[name];
      return ofOurs !== undefined && ofOurs !== Number(number);
    });

    expect(values.length).toBeGreaterThan(150);
    expect(wrong).toEqual([]);
  });
});
