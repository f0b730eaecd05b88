import type { AddressHolder } from '../../accounting/addresses/address-holders.ts';
import { prefixesOf } from '../../accounting/addresses/address-range.ts';
import type { TranslationHistory, TranslationsThen } from '../../accounting/addresses/translation-history.ts';
import { insideOf, type Translation } from '../../accounting/addresses/translations.ts';
import type { InterimSeconds } from '../../accounting/sessions/view.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { HolderJson } from '../../admin/evidence.ts';
import { contains, formatIpv4, type Ipv4Range, parseIpv4 } from '../../model/ipv4.ts';

export interface NatQuestion {
  /** As it was seen outside, dotted. */
  readonly address: string;
  readonly port?: number;
  readonly at: number;
  readonly interimSeconds: InterimSeconds;
  readonly limit: number;
}

/** Somebody whose packets may have come from the address. */
export interface InsideHolder extends AddressHolder {
  readonly outside: Required<HolderJson>['outside'];
}

export interface BehindNat {
  readonly holders: readonly InsideHolder[];
  /** What whoever reads this should know. */
  readonly notes: readonly string[];
}

/** Of more addresses than that behind one, nobody reads the list. */
const mostInside = 65_536;

/** Who was behind an address that routers put in place of those of subscribers, by the rules of then. */
export async function behindNat(
  question: NatQuestion,
  accounting: Pick<AccountingStore, 'holders'>,
  history: Pick<TranslationHistory, 'at'>,
): Promise<BehindNat> {
  const outside = parseIpv4(question.address);
  if (outside === undefined) return { holders: [], notes: [] };
  const found: InsideHolder[] = [];
  const notes = new Set<string>();
  for (const then of await history.at(question.at)) {
    const inside = insideOf(then.translations, outside, question.port);
    if (inside.length === 0) continue;
    const sizes = inside.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (sizes > mostInside)
      notes.add(
        `${then.nas} puts ${question.address} in place of the addresses of ${everybody(inside)}: nobody can tell who it was`,
      );
    else found.push(...(await insideHolders(then, inside, outside, question, accounting)));
    if (!then.certain)
      notes.add(`how ${then.nas} translates was not looked at just then, or changed: by the rules before and after`);
  }
  const holders = bestOfEach(found);
  return { holders, notes: [...notes, ...wordsOn(holders, question)] };
}

async function insideHolders(
  { nas, translations, certain }: TranslationsThen,
  inside: readonly Ipv4Range[],
  outside: number,
  { address, port, at, interimSeconds, limit }: NatQuestion,
  accounting: Pick<AccountingStore, 'holders'>,
): Promise<readonly InsideHolder[]> {
  const all = await accounting.holders({ range: inside.flatMap(prefixesOf), at, interimSeconds, limit });
  // The same private addresses are given out by many routers. Where this one has them online itself, those of others are not meant.
  const own = all.filter(({ session }) => session.nas === nas);
  return (own.length > 0 ? own : all).map((holder) => {
    const ports = portsOf(translations, parseIpv4(holder.address), outside, port);
    return {
      ...holder,
      match: certain ? holder.match : 'near',
      outside: { address, nas, ...(ports === undefined ? {} : { ports }) },
    };
  });
}

function portsOf(
  translations: readonly Translation[],
  inside: number | undefined,
  outside: number,
  port: number | undefined,
): Translation['ports'] {
  const its = translations.filter(
    (each) =>
      inside !== undefined &&
      contains([each.inside], inside) &&
      insideOf([each], outside, port).some((range) => contains([range], inside)),
  );
  return its.find(({ ports }) => ports !== undefined)?.ports;
}

function everybody(inside: readonly Ipv4Range[]): string {
  const [first] = inside;
  if (first === undefined || (first.from === 0 && first.to === 0xffffffff)) return 'everybody behind it';
  return `${formatIpv4(first.from)}-${formatIpv4(first.to)}`;
}

/** By the rules before and after a change somebody may be found twice. */
function bestOfEach(found: readonly InsideHolder[]): readonly InsideHolder[] {
  const best = new Map<string, InsideHolder>();
  for (const holder of found) {
    const key = JSON.stringify([holder.session.key, holder.address, holder.from]);
    if (best.get(key)?.match !== 'held') best.set(key, holder);
  }
  return [...best.values()];
}

function wordsOn(holders: readonly InsideHolder[], { address, port }: NatQuestion): readonly string[] {
  const held = holders.filter(({ match }) => match === 'held');
  if (held.length < 2) return [];
  const nas = [...new Set(held.map((each) => each.outside.nas))].join(' and ');
  if (port === undefined)
    return [`${held.length} sessions were behind ${address} of ${nas} at that moment: the port tells them apart`];
  if (held.every(({ outside }) => outside.ports === undefined))
    return [
      `${nas} gives ports of ${address} to all of these as they come: which of the ${held.length} it was, only its own log can tell`,
    ];
  return [
    `${held.length} sessions may have had that port: the same inside address is online at several routers, or translated by several`,
  ];
}
