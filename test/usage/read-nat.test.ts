import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insideOf } from '../../src/accounting/addresses/translations.ts';
import { translationsOf } from '../../src/usage/read-nat.ts';
import { dotted, leftAs, type NatRow, number } from '../support/srcnat.ts';

/** Rules as operators have them: netmap and src-nat, in chains, with protocols and ports, some for one interface. */
const inside = fc.constantFrom('', '10.0.0.0/30', '10.0.0.4/30', '10.0.0.0/29', '10.0.0.3', '10.0.0.2-10.0.0.5');
const outside = fc.constantFrom('192.0.2.0/30', '192.0.2.4/31', '192.0.2.1', '192.0.2.2-192.0.2.4');
const rule: fc.Arbitrary<NatRow> = fc
  .record({
    chain: fc.constantFrom('srcnat', 'srcnat', 'a', 'b'),
    'src-address': inside,
    protocol: fc.constantFrom('', 'tcp', 'udp', 'icmp'),
    'out-interface': fc.constantFrom('', '', 'ether1'),
    action: fc.constantFrom('netmap', 'src-nat', 'jump', 'jump', 'accept', 'return', 'masquerade'),
    'jump-target': fc.constantFrom('a', 'b'),
    'to-addresses': outside,
    'to-ports': fc.constantFrom('', '1000-1999', '2000-2999'),
    disabled: fc.constantFrom('false', 'false', 'false', 'true'),
  })
  // A chain goes on to later ones only: in circles RouterOS has no end either.
  .filter((row) => row.action !== 'jump' || (row.chain === 'srcnat' ? true : row.chain < row['jump-target']))
  // netmap onto a range that is no prefix has no meaning that anybody knows; ports want a protocol that has some.
  .filter((row) => row.action !== 'netmap' || !row['to-addresses'].includes('-'))
  .map((row) => Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== '' && isFit(row, name))));

describe('rules of a router, read backwards', () => {
  it('name whoever may have left as an address and port, whatever the rules', () => {
    const packet = fc.record({
      source: fc.integer({ min: number('10.0.0.0'), max: number('10.0.0.7') }),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      out: fc.constantFrom('ether1', 'ether2'),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), packet, (rows, { source, at, ...about }) => {
        const left = leftAs(rows, { source: dotted(source), ...about });
        if (left === undefined) return;
        const [first, last] = left.ports ?? [1, 65_535];
        const port = Math.floor(first + at * (last - first));
        for (const address of new Set([left.first, left.last])) {
          const found = insideOf(translationsOf(rows), number(address), port);
          expect(found.some(({ from, to }) => from <= source && source <= to)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('name nobody else where each has ports of its own', () => {
    const blocks = ['10.0.0.0/30', '10.0.0.4/30'].flatMap((from, at) =>
      ['tcp', 'udp'].map((protocol) => ({
        ...{ chain: 'srcnat', 'src-address': from, protocol, action: 'netmap', 'to-addresses': '192.0.2.0/30' },
        'to-ports': `${1000 * (at + 1)}-${1000 * (at + 1) + 999}`,
      })),
    );
    const rest = { chain: 'srcnat', 'src-address': '10.0.0.0/29', action: 'netmap', 'to-addresses': '192.0.2.0/30' };
    const translations = translationsOf([...blocks, rest]);

    expect(insideOf(translations, number('192.0.2.2'), 2500)).toEqual([one('10.0.0.6')]);
    expect(insideOf(translations, number('192.0.2.2'), 1000)).toEqual([one('10.0.0.2')]);
    expect(insideOf(translations, number('192.0.2.5'), 1000)).toEqual([]);
    const all = insideOf(translationsOf(blocks), number('192.0.2.2'), undefined);
    expect(all).toEqual([one('10.0.0.2'), one('10.0.0.6')]);
  });
});

function isFit(row: Readonly<Record<string, string>>, name: string): boolean {
  if (name === 'jump-target') return row['action'] === 'jump';
  if (name === 'to-addresses') return row['action'] === 'netmap' || row['action'] === 'src-nat';
  if (name === 'to-ports') return row['protocol'] === 'tcp' || row['protocol'] === 'udp';
  return true;
}

function one(address: string) {
  return { from: number(address), to: number(address) };
}
