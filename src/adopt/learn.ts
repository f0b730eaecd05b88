import type { Issue } from '../manifest/issue.ts';
import type { PlanDocument, PlannedChange } from '../reconcile/plan.ts';
import type { Menu } from '../routeros/menus/menu.ts';
import { type Doubts, type IgnoredRow, menuTag } from './doubts.ts';
import type { AdoptedFile } from './files.ts';
import { answersTag } from './router-spec.ts';

/** What came of a try. */
export interface Tried {
  readonly issues: readonly Issue[];
  readonly plan: PlanDocument | undefined;
  readonly files: readonly AdoptedFile[];
  readonly managed: ReadonlyMap<string, Menu>;
  /** True after many tries: where something is wrong with one row of a menu, all of them are left out. */
  readonly menusWhole?: boolean;
}

/**
 * What a declaration must say of a row, or not speak of it: with any other value there it would be about somebody else, or
 * about another tariff.
 */
const essential: Readonly<Record<string, ReadonlySet<string>>> = {
  '/ppp/secret': new Set(['profile', 'disabled', 'password']),
  '/ip/hotspot/user': new Set(['profile', 'disabled', 'password', 'mac-address']),
  '/ip/dhcp-server/lease': new Set([
    'address',
    'rate-limit',
    'lease-time',
    'address-lists',
    'block-access',
    'disabled',
  ]),
  '/ip/pool': new Set(['ranges', 'next-pool']),
  '/ip/dhcp-server': new Set(['interface', 'disabled']),
  '/ip/hotspot': new Set(['interface', 'disabled', 'profile']),
};

/** Parts of the Router that make rows of these menus, where a row does not tell its line. */
const partOf: Readonly<Record<string, string>> = {
  '/system/identity': '/system/identity',
  '/ip/dns': '/ip/dns',
  '/system/ntp/client': '/system/ntp/client',
  '/ppp/aaa': '/ppp/aaa',
  '/radius/incoming': '/radius/incoming',
};

/** The part of a Router that makes rows under its own name alone. */
function ownPart(owner: string): string | undefined {
  return /^Router\/[^#]*#dns\b/.test(owner) ? answersTag : undefined;
}

/** Doubts with what a try has shown; `undefined` when it has shown nothing new. Pure. */
export function learn(doubts: Doubts, { issues, plan, files, managed, menusWhole = false }: Tried): Doubts | undefined {
  const out = new Map(doubts.out);
  const ignored = new Map(doubts.ignored);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const tagAt = (path: string, line: number) =>
    byPath.get(path)?.spans.findLast(({ from, to }) => line >= from && line <= to)?.tag;
  const leave = (tag: string | undefined, why: string): void => {
    if (tag === undefined) return;
    if (!out.has(tag)) out.set(tag, why);
    const [, menu] = /^(?:config )?(\/\S+) \*/.exec(tag) ?? [];
    if (menusWhole && menu !== undefined && !out.has(menuTag(menu))) out.set(menuTag(menu), why);
  };

  for (const { file, line, message } of issues) leave(tagAt(file, line), message);
  for (const { message } of plan?.refusals ?? []) {
    const [, path = '', line = '', why = message] = /^(.*?):(\d+)(?::\d+)?: (.*)$/s.exec(message) ?? [];
    leave(tagAt(path, Number(line)), why);
  }
  for (const change of plan?.changes ?? []) {
    const { menu, source, actions, owner } = change;
    const tag = source === undefined ? undefined : (tagAt(source.file, source.line) ?? partOf[menu] ?? ownPart(owner));
    const action = actions[0] ?? 'update';
    const key = `${menu}\n${change.identity}`;
    const known = ignored.get(key);
    if (canIgnore(change, known, tag)) ignored.set(key, withFields(change, known, managed));
    else leave(tag, action === 'update' ? `${change.fields.join(', ')} differs` : words[action]);
  }
  const grew = out.size > doubts.out.size || differs(ignored, doubts.ignored);
  return grew ? { out, ignored } : undefined;
}

const words = {
  create: 'it would be made anew',
  delete: 'it would be removed',
  move: 'it would be moved',
} as const;

/** Fields of rows that are declared otherwise, and rows of ours that nobody declares. Rows of `config` say what they say. */
function canIgnore(
  { actions, menu, fields, owner, before }: PlannedChange,
  known: IgnoredRow | undefined,
  tag: string | undefined,
): boolean {
  if (before === null) return false;
  if (actions[0] === 'delete') return known === undefined;
  if (actions[0] !== 'update' || fields.length === 0 || tag?.startsWith('config ') === true) return false;
  if (/^Router\/[^#]*#config-/.test(owner) || fields.some((field) => essential[menu]?.has(field) === true))
    return false;
  return !fields.every((field) => known?.fields.has(field) === true);
}

function withFields(
  { menu, identity, before, fields, actions }: PlannedChange,
  known: IgnoredRow | undefined,
  managed: ReadonlyMap<string, Menu>,
): IgnoredRow {
  const names = managed.get(menu)?.identity ?? ['name'];
  const match =
    typeof names === 'string' ? {} : Object.fromEntries(names.map((name) => [name, before?.[name] ?? identity]));
  const fresh = actions[0] === 'delete' ? [] : fields;
  const values = { ...known?.values, ...Object.fromEntries(fresh.map((name) => [name, before?.[name] ?? ''])) };
  const all = actions[0] === 'delete' ? [] : Object.keys(values);
  return { menu, match: identity === '' ? {} : match, fields: new Set(all), values };
}

function differs(now: Doubts['ignored'], before: Doubts['ignored']): boolean {
  return [...now].some(([key, { fields }]) => {
    const old = before.get(key);
    return old === undefined || old.fields.size !== fields.size;
  });
}
