import { printable } from '../base/bytes.ts';
import type { Adopted } from './adopt-router.ts';
import { otherMenus, toldMenus } from './config-menus.ts';
import { isSomebodys } from './overlooked.ts';
import { type Picture, type PictureRow, rowsOf } from './picture.ts';
import { answersTag } from './router-spec.ts';
import { Tagged } from './yaml-text.ts';

/** What became of a router's rows, in words for a person. Pure. */
export function summaryOf(picture: Picture, adopted: Adopted, router: string): readonly string[] {
  const { draft, ignored } = adopted;
  const config = draft.sections['config'];
  const configRows = Object.values(typeof config === 'object' && !Array.isArray(config) ? config : {}).flatMap(
    (menu) => (Array.isArray(menu) ? (menu as readonly unknown[]) : [menu]),
  );
  const declared = [
    counted(draft.persons.length, 'subscriber'),
    counted(draft.services.length, 'new service'),
    ...['pools', 'dhcp', 'hotspots'].map((key) => counted(lengthOf(draft.sections[key]), entryWords[key] ?? key)),
    counted(configRows.length, 'row of other menus', 'rows of other menus'),
  ];
  return [
    `${router} runs RouterOS ${picture.version}. Declared, with mode observe: ${declared.filter((each) => each !== '').join(', ') || 'nothing but how to reach it'}.`,
    ...(ignored === 0
      ? []
      : [`${counted(ignored, 'row')} with values that no declaration says as they are: left so by reconcile.ignore.`]),
    ...inConfigLines(adopted),
    ...unsaidLines(adopted),
    ...markLines(picture),
    ...(adopted.out.has(answersTag)
      ? [
          'Not declared: that it answers DNS questions. system.dns.allowRemoteRequests brings rules that let its own clients ask, and nobody else.',
        ]
      : []),
    ...leftLines(picture, adopted),
  ];
}

const entryWords: Readonly<Record<string, string>> = { pools: 'pool', dhcp: 'DHCP server', hotspots: 'hotspot' };

function counted(count: number, one: string, more = `${one}s`): string {
  return count === 0 ? '' : `${count.toLocaleString('en')} ${count === 1 ? one : more}`;
}

function lengthOf(node: unknown): number {
  const value = node instanceof Tagged ? node.value : node;
  return Array.isArray(value) ? value.length : 0;
}

/** Marks by which other programs know rows of theirs. */
const tools: readonly { readonly name: string; readonly mark: RegExp }[] = [
  { name: 'Splynx', mark: /\bSpLUser_\d+/ },
  { name: 'UISP', mark: /\b(?:UISP|UCRM)[-_ ]/ },
];

/** Whose mark a comment carries, besides marks of ours. */
export function toolNamed(comment: string): string | undefined {
  return tools.find(({ mark }) => mark.test(comment))?.name;
}

function markLines({ menus }: Picture): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of [...menus.values()].flat()) {
    const tool = toolNamed(row['comment'] ?? '');
    if (tool !== undefined) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  }
  return [...counts].map(
    ([tool, count]) =>
      `${counted(count, 'row')} ${count === 1 ? 'carries' : 'carry'} the mark of ${tool}: let it write to this router no more before the mode becomes apply.`,
  );
}

/** Rows of people whom no Subscriber is. */
function inConfigLines({ draft }: Adopted): readonly string[] {
  const lines = grouped(draft.inConfig.map(({ menu, row, why }) => [menu, why, nameOf(row)]));
  return lines.length === 0
    ? []
    : ['In config of the router, as rows, since no Subscriber says what they are:', ...lines];
}

/** What declared rows have that their declarations do not say. */
function unsaidLines({ unsaid }: Adopted): readonly string[] {
  const lines = unsaid.map(({ menu, field, rows }) => {
    const names = rows.map((name) => printable(name, 40));
    return `  ${menu}: ${field} of ${counted(rows.length, 'row')}: ${list(names)}`;
  });
  return lines.length === 0 ? [] : ['Kept on the router as they are, and said in no YAML:', ...lines];
}

function grouped(entries: readonly (readonly [menu: string, why: string, name: string])[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [menu, why, name] of entries) {
    const key = `${menu}: ${why}`;
    const names = groups.get(key);
    if (names === undefined) groups.set(key, [name]);
    else names.push(name);
  }
  return [...groups].map(
    ([key, names]) => `  ${key.split(': ', 1)[0]}: ${list(names)}: ${printable(key.slice(key.indexOf(': ') + 2), 300)}`,
  );
}

function leftLines(picture: Picture, { draft }: Adopted): readonly string[] {
  const rows = draft.leftOut.filter(({ why }) => why !== factory);
  const lines = grouped([
    ...rows.map(({ menu, row, why }) => [menu, why, nameOf(row)] as const),
    ...draft.leftMenus.map(({ menu, rows: count, why }) => [menu, why, counted(count, 'row')] as const),
  ]);
  const told = new Set(toldMenus(picture));
  const others = otherMenus.flatMap((menu) => {
    if (told.has(menu)) return [];
    const count = rowsOf(picture, menu).filter((row) => isSomebodys(menu, row)).length;
    return count === 0 ? [] : [`${menu} (${count})`];
  });
  return [
    ...(lines.length === 0 ? [] : ['Left to the router, neither declared nor touched:', ...lines]),
    ...(others.length === 0 ? [] : [`Not looked into: ${others.join(', ')}. config of the router takes any of them.`]),
  ];
}

const factory = 'it is from the factory';

/** By its name, else by what a person would look for, and its `.id`. */
function nameOf(row: PictureRow): string {
  const { '.id': id = '', name = row['mac-address'] } = row;
  if (name !== undefined) return printable(name, 40);
  const said = telling.flatMap((field) => row[field] ?? []).filter((value) => value !== '');
  return said.length === 0 ? id : `${printable(said.slice(0, 2).join(' '), 40)} (${id})`;
}

const telling = ['chain', 'list', 'dst-host', 'host', 'dst-address', 'address', 'regexp', 'rule', 'comment'];

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
