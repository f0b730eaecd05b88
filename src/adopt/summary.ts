import { printable } from '../base/bytes.ts';
import type { Adopted } from './adopt-router.ts';
import { otherMenus } from './config-menus.ts';
import { ownRows } from './draft.ts';
import type { Picture, PictureRow } from './picture.ts';
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

function leftLines(picture: Picture, { draft }: Adopted): readonly string[] {
  const groups = new Map<string, string[]>();
  const add = (menu: string, why: string, name: string): void => {
    const key = `${menu}: ${why}`;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [name]);
    else list.push(name);
  };
  for (const { menu, row, why } of draft.leftOut) if (why !== factory) add(menu, why, nameOf(row));
  for (const { menu, rows, why } of draft.leftMenus) add(menu, why, counted(rows, 'row'));
  const lines = [...groups].map(
    ([key, names]) => `  ${key.split(': ', 1)[0]}: ${list(names)}: ${printable(key.slice(key.indexOf(': ') + 2), 300)}`,
  );
  const others = otherMenus.flatMap((menu) => {
    const count = ownRows(picture, menu).length;
    return count === 0 ? [] : [`${menu} (${count})`];
  });
  return [
    ...(lines.length === 0 ? [] : ['Left to the router, neither declared nor touched:', ...lines]),
    ...(others.length === 0 ? [] : [`Not looked into: ${others.join(', ')}. config of the router takes any of them.`]),
  ];
}

const factory = 'it is from the factory';

function nameOf(row: PictureRow): string {
  return printable(row['name'] ?? row['mac-address'] ?? row['.id'] ?? '', 40);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
