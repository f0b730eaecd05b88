import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import radius from 'radius';
import { describe, expect, it } from 'vitest';
import type { AttributeDefinition } from '../../../src/radius/dictionary/definition.ts';
import { allAttributes, attributeNamed, attributeNumbered, nameIn } from '../../../src/radius/dictionary/dictionary.ts';
import { readValue } from '../../../src/radius/dictionary/read-value.ts';
import { encodeValue } from '../../../src/radius/packet/value.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { isPlain, packetOf, type RandomAttribute, randomAttribute, rawList } from './random-attributes.ts';

const python = '/usr/bin/python3';
const hasPyrad = existsSync(python) && spawnSync(python, ['-c', 'import pyrad']).status === 0;
if (!hasPyrad) process.stderr.write('pyrad tests skipped: install Debian package python3-pyrad\n');

const secret = 'a shared secret of thirty-two ch';
/** Ours and what pyrad calls it. What is missing it has no encoder for. */
const pyradTypes: Partial<Record<AttributeDefinition['type'], string>> = {
  ...{ integer: 'integer', time: 'date', text: 'string', string: 'octets' },
  ...{ ipv4: 'ipaddr', ipv6: 'ipv6addr', 'ipv6-prefix': 'ipv6prefix' },
};
const plain = allAttributes.filter(isPlain);
const forPyrad = plain.filter(({ type, split }) => pyradTypes[type] !== undefined && split !== true);

/** Our dictionary in the words that pyrad reads. */
function dictionaryText(): string {
  const vendors = [...new Set(forPyrad.map(({ vendor }) => vendor))];
  return vendors
    .map((vendor) => {
      const lines = forPyrad
        .filter((definition) => definition.vendor === vendor)
        .map(
          ({ name, number, type, tagged }) =>
            `ATTRIBUTE ${name} ${number} ${pyradTypes[type]}${tagged === true ? ' has_tag' : ''}`,
        );
      if (vendor === undefined) return lines.join('\n');
      return [`VENDOR V${vendor} ${vendor}`, `BEGIN-VENDOR V${vendor}`, ...lines, `END-VENDOR V${vendor}`].join('\n');
    })
    .join('\n');
}

async function askPyrad(request: object): Promise<unknown> {
  await using folder = await TempFolder.make();
  const dictionary = join(folder.path, 'dictionary');
  await writeFile(dictionary, `${dictionaryText()}\n`);
  const script = join(import.meta.dirname, 'pyrad-peer.py');
  const child = spawn(python, [script, dictionary], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  child.stdin.end(`${JSON.stringify(request)}\n`);
  const [line] = await once(lines, 'line');
  await once(child, 'close');
  return JSON.parse(line as string);
}

/** The same packets in every run: a difference is then the code's, not the dice's. */
function sample(definitions: readonly AttributeDefinition[], packets: number): readonly (readonly RandomAttribute[])[] {
  const several = fc.array(randomAttribute(definitions), { minLength: 1, maxLength: 8 });
  return fc
    .sample(several, { numRuns: packets, seed: 20_865 })
    .filter((attributes) => packetOf(attributes.map(({ named }) => named)).length <= 4096);
}

describe.runIf(hasPyrad)('pyrad', () => {
  it('reads of random packets what we meant, by number and by type', async () => {
    const packets = sample(plain, 300).map((attributes) => packetOf(attributes.map(({ named }) => named)));

    const answers = (await askPyrad({ decode: packets.map((packet) => packet.toString('hex')) })) as Answer[][];

    expect(answers.length).toBe(packets.length);
    for (const [index, found] of answers.entries()) {
      const raw = found.map(([vendor, number, hex]) => `${vendor ?? ''}:${number}=${hex}`);
      expect(raw.sort()).toEqual([...rawList(packets[index] as Buffer)].sort());
      for (const [vendor, number, hex, typed] of found) if (typed !== null) expectSame(vendor, number, hex, typed);
    }
  });

  it('writes random packets that we read as it meant them', async () => {
    const meant = sample(forPyrad, 200).map((attributes) =>
      attributes.map(({ named, definition }) => {
        const { values } = definition;
        const number = values?.[named.value as string];
        return {
          definition,
          name: named.name,
          value: typeof named.value === 'number' ? named.value : (number ?? named.value),
        };
      }),
    );

    const answers = (await askPyrad({
      encode: meant.map((each) => each.map(({ name, value }) => [name, value])),
    })) as string[];

    for (const [index, hex] of answers.entries()) {
      const packet = Buffer.from(hex, 'hex');
      const wanted = packetOf(
        meant[index]?.map(({ name, value }) => ({ name, value: value as string | number })) ?? [],
      );
      expect(canonical(packet)).toEqual(canonical(wanted));
    }
  });
});

type Answer = readonly [vendor: number | null, number: number, hex: string, typed: unknown];

function expectSame(vendor: number | null, number: number, hex: string, typed: unknown): void {
  const definition = attributeNumbered(vendor ?? undefined, number) as AttributeDefinition;
  const read = readValue(definition, Buffer.from(hex, 'hex'))?.value;
  const { type } = definition;
  if (type === 'ipv6' || type === 'ipv6-prefix') {
    expect(encodeValue(type, String(read))).toEqual(encodeValue(type, String(typed)));
  } else expect(read).toEqual(typed);
}

/** Read and written again, so that a prefix in its long form and one in its short form are the same. */
function canonical(packet: Buffer): readonly string[] {
  const all = rawList(packet).map((line) => {
    const [, vendor = '', number = '', hex = ''] = /^(\d*):(\d+)=(.*)$/.exec(line) ?? [];
    const definition = attributeNumbered(vendor === '' ? undefined : Number(vendor), Number(number));
    const octets = Buffer.from(hex, 'hex');
    const read = definition === undefined ? undefined : readValue(definition, octets);
    if (definition?.type !== 'ipv6-prefix' || read === undefined) return line;
    return `${vendor}:${number}=${String(read.value)}`;
  });
  return all.sort();
}

describe('npm radius', () => {
  // What its dictionaries of 2012 know by the same name, of a type that it reads: the rest it hands out as octets.
  const known = plain.filter(
    ({ vendor, type, split, number, size }) =>
      vendor === undefined &&
      split !== true &&
      size === undefined &&
      number < 124 &&
      number !== 3 &&
      npmTypes.has(type),
  );

  it('reads of random packets what we meant, by number', () => {
    for (const attributes of sample(plain, 300)) {
      const packet = packetOf(attributes.map(({ named }) => named));
      const { raw_attributes: raw } = radius.decode_without_secret({ packet });

      const listed = raw.map(([number, value]) => `${number}=${value.toString('hex')}`);
      expect(listed).toEqual(topLevel(packet));
    }
  });

  it('reads numbers, text and addresses as we meant them', () => {
    for (const attributes of sample(known, 400)) {
      for (const { definition, named } of attributes) {
        if (named.name !== definition.name || definition.tagged === true) continue;
        const packet = packetOf([named]);
        const read = radius.decode_without_secret({ packet }).attributes[definition.name];
        const octets = packet.subarray(22);
        // Some of its names of values are others than those of the RFCs' registry.
        const isNamed = typeof read === 'string' && definition.type === 'integer';
        if (read === undefined || (isNamed && definition.values?.[read] === undefined)) continue;
        expect(plainly(definition, read)).toBe(ourReading(definition, octets));
      }
    }
  });

  it('writes what we read as it meant it', () => {
    for (const attributes of sample(known, 200)) {
      const meant = attributes
        .filter(
          ({ definition }) =>
            definition.tagged !== true && definition.values === undefined && definition.type !== 'time',
        )
        .map(({ definition, named }) => [definition.name, named.value as string | number] as const)
        .filter(([name, value]) => !String(value).startsWith('0x') && attributeNamed(name)?.type !== 'string');
      const packet = radius.encode({ code: 'Access-Accept', secret, identifier: 7, attributes: [...meant] });

      expect(rawList(packet)).toEqual(rawList(packetOf(meant.map(([name, value]) => ({ name, value })))));
    }
  });
});

const npmTypes: ReadonlySet<string> = new Set(['integer', 'text', 'ipv4', 'time']);

function topLevel(packet: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 20; at < packet.length; at += packet[at + 1] as number) {
    found.push(`${packet[at]}=${packet.subarray(at + 2, at + (packet[at + 1] as number)).toString('hex')}`);
  }
  return found;
}

function plainly({ values = {} }: AttributeDefinition, read: unknown): string {
  if (read instanceof Date) return String(read.getTime() / 1000);
  return String(Object.hasOwn(values, String(read)) ? nameIn(values, values[String(read)] as number) : read);
}

function ourReading({ values = {}, type }: AttributeDefinition, octets: Uint8Array): string {
  const read = readValue({ name: '', number: 0, type }, octets)?.value;
  return String((typeof read === 'number' ? nameIn(values, read) : undefined) ?? read);
}
