import { eachInSteps, type Steps } from '../../base/steps.ts';
import type { ObservedRow } from '../../reconcile/row.ts';
import type { Change } from '../../reconcile/target.ts';
import { type Ahead, ahead, changesOf, isOn, pushTo, rowsOf, textOf, type Us } from './us.ts';

export type Values = Readonly<Record<string, string>>;

/** What such a rule does to a packet it is for. */
export const stopping = new Set(['drop', 'reject', 'tarpit']);
export const passing = new Set(['accept', 'fasttrack-connection', 'jump', 'return']);
export const diverting = new Set(['mark-routing', 'route']);
export const marking = new Set(['mark-connection', 'mark-packet']);
const translating = new Set(['dst-nat', 'redirect', 'netmap', 'same', 'src-nat', 'masquerade']);
/** What stops what it is for, or sends it another way. */
const holding = new Set([...stopping, ...diverting, ...translating, 'jump']);
/** By what is done to packets on their way, rules go. */
const doneTo = ['src-address-list', 'dst-address-list', 'connection-mark', 'packet-mark'];
/** Menus with rules that put addresses on lists. */
const tables = ['filter', 'raw', 'nat', 'mangle'] as const;

type Folder = '/ip' | '/ipv6';

/** What is to be known of all rules of one version of IP that are in use before the changes or after them. */
export interface RuleBook {
  /** Rules that put addresses on a list, by its name. */
  readonly feeding: ReadonlyMap<string, readonly Values[]>;
  /** Has one that lets packets be of no connection? */
  readonly untracks: boolean;
  /** Has one that sends packets another way, or marks them? */
  readonly diverts: boolean;
  /** Of rules for what is not forwarded: what they go by, by field. */
  readonly goneBy: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same of those that stop, or send another way. */
  readonly heldBy: ReadonlyMap<string, ReadonlySet<string>>;
}

const books: Readonly<Record<Folder, Ahead<RuleBook>>> = { '/ip': bookOf('/ip'), '/ipv6': bookOf('/ipv6') };

/** @param menu any of the version of IP that is asked about */
export function ruleBook(menu: string): Ahead<RuleBook> {
  return books[familyFolder(menu)];
}

function bookOf(folder: Folder): Ahead<RuleBook> {
  return ahead(`rules ${folder}`, function* (us): Steps<RuleBook> {
    const feeding = new Map<string, Values[]>();
    const sets = () => new Map(doneTo.map((field) => [field, new Set<string>()]));
    const [goneBy, heldBy] = [sets(), sets()];
    let [untracks, diverts] = [false, false];
    const add = (rule: Values) => {
      const { action = 'accept' } = rule;
      if (!isOn(rule['disabled'] ?? '')) return;
      if (feeds(rule)) pushTo(feeding, rule['address-list'] ?? '', rule);
      untracks ||= action === 'notrack';
      diverts ||= diverting.has(action) || marking.has(action);
      if (rule['chain'] === 'forward') return;
      for (const field of doneTo) {
        const value = rule[field];
        if (value === undefined) continue;
        goneBy.get(field)?.add(value);
        if (holding.has(action)) heldBy.get(field)?.add(value);
      }
    };
    for (const path of tables.map((table) => `${folder}/firewall/${table}`)) {
      yield* eachInSteps(rowsOf(us, path), (row) => add(valuesOf(row)));
      yield* eachInSteps(changesOf(us, path), (change) => add(valuesAfter(change)));
    }
    for (const rule of us.access.fed ?? []) {
      if (feeds(rule) && isOn(rule['disabled'] ?? '')) pushTo(feeding, rule['address-list'] ?? '', rule);
    }
    return { feeding, untracks, diverts, goneBy, heldBy };
  });
}

/** Is there a rule that stops, or sends another way, what has this value; or one that is for what has it not? */
export function isHeld(us: Us, menu: string, fields: readonly string[], value: string): boolean {
  const { goneBy, heldBy } = ruleBook(menu).get(us);
  return fields.some(
    (field) =>
      goneBy.get(field)?.has(`!${value}`) === true ||
      goneBy.get(field)?.has('no-mark') === true ||
      heldBy.get(field)?.has(value) === true,
  );
}

/** Does any rule for what is not forwarded go by this mark? */
export function isGoneBy(us: Us, menu: string, name: string, mark: string): boolean {
  const values = ruleBook(menu).get(us).goneBy.get(name);
  return [mark, `!${mark}`, 'no-mark'].some((each) => values?.has(each) === true);
}

/** What a rule does that puts us on a list: as who sends, or as whom it answers. */
export function feeds({ action = '' }: Values): boolean {
  return action === 'add-src-to-address-list' || action === 'add-dst-to-address-list';
}

export function familyFolder(menu: string): Folder {
  return menu.startsWith('/ipv6/') ? '/ipv6' : '/ip';
}

export function valuesOf({ fields }: ObservedRow): Values {
  return isText(fields) ? fields : Object.fromEntries(Object.entries(fields).filter(isTextEntry));
}

export function valuesBefore({ before: row }: Change): Values {
  return row === undefined ? { disabled: 'yes' } : valuesOf(row);
}

export function valuesAfter(change: Change): Values {
  if (change.action === 'delete') return { disabled: 'yes' };
  const set = isText(change.set) ? change.set : Object.fromEntries(Object.entries(change.set).filter(isTextEntry));
  return change.before === undefined ? set : { ...valuesOf(change.before), ...set };
}

function isText(fields: Readonly<Record<string, unknown>>): fields is Values {
  for (const name in fields) if (typeof fields[name] !== 'string') return false;
  return true;
}

function isTextEntry(entry: readonly [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

/** Chains that packets of ours may pass: those they begin in, and those that rules in them jump to, now or then. */
export function chainsFrom(first: readonly string[], menu: string, us: Us): ReadonlySet<string> {
  return us.once(`chains ${menu} ${first.join()}`, () => {
    const jumps = jumpsOf(menu, us);
    const found = new Set(first);
    for (const each of found) for (const target of jumps.get(each) ?? []) found.add(target);
    return found;
  });
}

/** Where rules of a chain jump to, by the chain. */
function jumpsOf(menu: string, us: Us): ReadonlyMap<string, readonly string[]> {
  return us.once(`jumps ${menu}`, () => {
    const found = new Map<string, string[]>();
    const add = (chain: string, target: string) => target !== '' && pushTo(found, chain, target);
    for (const row of rowsOf(us, menu)) add(textOf(row, 'chain'), textOf(row, 'jump-target'));
    for (const change of changesOf(us, menu)) {
      const { chain = '', 'jump-target': target = '' } = valuesAfter(change);
      add(chain, target);
    }
    return found;
  });
}
