import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../src/reconcile/ordered.ts';
import type { ObservedRow, Row } from '../../src/reconcile/row.ts';
import { keyOf } from '../../src/reconcile/row-key.ts';

const menu = '/ip/firewall/filter';

function wanted(identity: string, more: Partial<Row>): Row {
  return { menu, identity, owner: `Router/core-1#${identity}`, fields: {}, ...more };
}

function seen(identity: string, action = 'accept'): ObservedRow {
  return { menu, identity, fields: { action }, ownership: 'marker', ownText: identity };
}

const refuses = ({ fields }: ObservedRow) => fields['action'] === 'drop';

interface Case {
  readonly rows: readonly Row[];
  readonly observed: readonly ObservedRow[];
  readonly others: readonly ObservedRow[];
}

/** Rows of ours, some free, of which some are there already, among rows of others of which some refuse. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    bound: fc.nat(4),
    free: fc.nat(4),
    place: fc.constantFrom(undefined, { any: true } as const, { comment: 'other-1' }),
    others: fc.array(fc.constantFrom('accept', 'drop'), { maxLength: 5 }),
    there: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    order: fc.array(fc.nat(1000), { minLength: 13, maxLength: 13 }),
  })
  .map(({ bound, free, place, others, there, order }) => {
    const rows = [
      ...Array.from({ length: bound }, (_, at) => wanted(`made-${at}`, {})),
      ...Array.from({ length: free }, (_, at) =>
        wanted(`config-${at}`, { free: true, ...(place === undefined ? {} : { goesBefore: place }) }),
      ),
    ];
    const mine = rows.filter((_, at) => there[at] === true).map(({ identity }) => seen(identity));
    const theirs = others.map((action, at) => seen(`other-${at}`, action));
    const mixed = [...mine, ...theirs].map((row, at) => ({ row, at: order[at] ?? 0 }));
    const observed = mixed.sort((a, b) => a.at - b.at).map(({ row }) => row);
    return { rows, observed, others: observed.filter(({ identity }) => identity.startsWith('other')) };
  });

/** What a router makes of it: new rows in the order of the declaration, then moves. */
function applied({ rows, observed }: Case): { readonly after: readonly string[]; readonly moves: number } {
  const present = new Map(observed.map((row) => [keyOf(row), row]));
  const { places, moves } = layoutOf(rows, observed, present, refuses);
  let table = observed.map(({ identity }) => identity);
  const put = (identity: string, before: string | undefined) => {
    const rest = table.filter((each) => each !== identity);
    const at = before === undefined ? rest.length : rest.indexOf(before);
    table = [...rest.slice(0, at), identity, ...rest.slice(at)];
  };
  for (const row of rows) if (places.has(row)) put(row.identity, places.get(row)?.place);
  for (const { identity, place } of moves) put(identity, place);
  return { after: table, moves: moves.length };
}

describe('rows of ours in an ordered menu', () => {
  it('stand in the declared order; those of others keep theirs', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { after } = applied(each);

        expect(after.filter((identity) => !identity.startsWith('other'))).toEqual(
          each.rows.map(({ identity }) => identity),
        );
        expect(after.filter((identity) => identity.startsWith('other'))).toEqual(
          each.others.map(({ identity }) => identity),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('stand in front of rows that refuse, but for those that are free', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { after } = applied(each);
        const first = each.others.find(refuses);
        const last = each.rows.findLast(({ free }) => free !== true);
        if (first !== undefined && last !== undefined) {
          expect(after.indexOf(last.identity)).toBeLessThan(after.indexOf(first.identity));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('stand in front of the row of others that they name', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { after } = applied(each);
        const last = each.rows.at(-1);
        const place = last?.goesBefore;
        if (last === undefined || place === undefined) return;
        const named = each.others.find(({ ownText }) => 'any' in place || ownText === place.comment);
        if (named !== undefined) expect(after.indexOf(last.identity)).toBeLessThan(after.indexOf(named.identity));
      }),
      { numRuns: 2000 },
    );
  });

  it('do not move once they are there', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { after } = applied(each);
        const rows = new Map(
          [...each.observed, ...each.rows.map(({ identity }) => seen(identity))].map((row) => [row.identity, row]),
        );
        const observed = after.flatMap((identity) => rows.get(identity) ?? []);

        expect(applied({ ...each, observed })).toEqual({ after, moves: 0 });
      }),
      { numRuns: 2000 },
    );
  });
});
