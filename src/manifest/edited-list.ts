import type { Declared, SubscriberSpec } from '../model/declarations.ts';
import type { Collected } from './collected.ts';

type Declaration = Declared<SubscriberSpec>;

/** A file that was read. */
interface ReadFile {
  readonly text: string;
  readonly collected: Collected;
}

/** Characters of items that are read at once: a few milliseconds. */
const mostAtOnce = 8_000;
/** In a file that is much larger, how large it may be is looked at. */
const mostInAll = 16_000_000;

/**
 * What a file with one list of subscribers declares after some of its items were edited, with no more than these read again:
 * all others are the objects they were, but for a place that is another. `undefined` where that cannot be told from the text,
 * or anything is wrong: then the whole is to be read.
 *
 * Items of a block sequence are read by themselves, under the head of the file. That says the same as the whole where each of
 * them begins on a line of its own, where no anchor or alias joins them to others, and where nothing in them is left open.
 *
 * @param read what `text` alone declares
 */
export function editedList(before: ReadFile, text: string, read: (text: string) => Collected): Collected | undefined {
  const { collected } = before;
  const items =
    text.length <= mostInAll && isOneList(collected) ? itemsOf(before.text, collected.subscribers) : undefined;
  const edit = items === undefined ? undefined : editBetween(before.text, text, items);
  if (items === undefined || edit === undefined) return undefined;
  const news = readItems(before.text.slice(0, items.starts[0]), edit, collected, read);
  if (news === undefined || news.length + items.starts.length - (edit.until - edit.from) === 0) return undefined;
  // They were read as if they came first.
  const above = linesIn(before.text.slice(items.starts[0], items.starts[edit.from])) - 1;
  const lines = linesIn(edit.now) - linesIn(edit.was);
  const by = news.length - (edit.until - edit.from);
  const { subscribers } = collected;
  return {
    ...collected,
    subscribers: [
      ...subscribers.slice(0, edit.from),
      ...news.map((each, at) => placedAt(each, above, edit.from + at - (each.item ?? 0))),
      ...subscribers.slice(edit.until).map((each) => placedAt(each, lines, by)),
    ],
  };
}

function isOneList({ subscribers, lists, issues, broken, incomplete, unread, ...others }: Collected): boolean {
  return (
    issues.length + unread.size === 0 &&
    lists.length === 1 &&
    lists[0]?.document === 0 &&
    subscribers.length > 0 &&
    subscribers.every(({ item, document }, at) => item === at && document === 0) &&
    Object.values(others).every((each) => each.length === 0) &&
    Object.values(broken).every((each) => each.size === 0) &&
    !incomplete.operator &&
    !incomplete.router
  );
}

interface Items {
  /** Where the line of each begins. */
  readonly starts: readonly number[];
  /** Spaces before the dash. */
  readonly indent: string;
}

/** `undefined` where one does not begin on a line of its own, as far in as all others. */
function itemsOf(text: string, subscribers: readonly Declaration[]): Items | undefined {
  const lines = lineStarts(text);
  const starts: number[] = [];
  let indent: string | undefined;
  for (const { origin } of subscribers) {
    const start = lines[origin.line - 1];
    const head =
      start === undefined ? undefined : /^( *)- +(?:\{ *)?$/.exec(text.slice(start, start + origin.column - 1));
    if (start === undefined || head?.[1] === undefined || start === starts.at(-1)) return undefined;
    indent ??= head[1];
    if (head[1] !== indent) return undefined;
    starts.push(start);
  }
  return indent === undefined || text.charCodeAt(0) === 0xfeff ? undefined : { starts, indent };
}

interface Edit {
  /** The items from this one to before that one are others. */
  readonly from: number;
  readonly until: number;
  readonly was: string;
  readonly now: string;
}

/** Whole items around all that differs. */
function editBetween(before: string, after: string, { starts, indent }: Items): Edit | undefined {
  const [head, tail] = alike(before, after);
  const from = starts.findLastIndex((start) => start <= head);
  if (from < 0) return undefined;
  // With the end of the line before it.
  const found = starts.findIndex((start, at) => at > from && start > before.length - tail);
  const until = found < 0 ? starts.length : found;
  const start = starts[from] ?? 0;
  const was = before.slice(start, starts[until]);
  const end = after.length - (before.length - (starts[until] ?? before.length));
  if (end < start || end - start > mostAtOnce) return undefined;
  const now = after.slice(start, end);
  const isInside = (each: string) => each.split('\n').every((line) => isOfItem(line, indent));
  // What stands below the items, such as `defaults`, says something of each of them.
  const last = before.slice(starts.at(-1));
  if (/[&*]/.test(was) || /[&*]/.test(now) || !isInside(now) || !isInside(last)) return undefined;
  return now === '' || beginsItem(now, indent) ? { from, until, was, now } : undefined;
}

/** How many characters are the same at the beginning, and of the rest at the end. */
function alike(a: string, b: string): readonly [number, number] {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a.charCodeAt(head) === b.charCodeAt(head)) head += 1;
  let tail = 0;
  while (tail < shorter - head && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail += 1;
  return [head, tail];
}

/** A line that belongs to the sequence by how far in it begins. */
function isOfItem(line: string, indent: string): boolean {
  const text = line.trim();
  return text === '' || beginsItem(line, indent) || line.startsWith(`${indent} `);
}

function beginsItem(text: string, indent: string): boolean {
  return text.startsWith(`${indent}- `);
}

/** `undefined` where they are no items by themselves. */
function readItems(
  head: string,
  { now }: Edit,
  { lists: [list] }: Collected,
  read: (text: string) => Collected,
): readonly Declaration[] | undefined {
  if (now === '') return [];
  const collected = read(head + now);
  if (!isOneList(collected) || collected.lists[0]?.name !== list?.name) return undefined;
  return collected.subscribers;
}

function linesIn(text: string): number {
  return text.split('\n').length;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** The same some lines further down, and so many items. */
function placedAt(declared: Declaration, lines: number, items: number): Declaration {
  if (lines === 0 && items === 0) return declared;
  const { origin, item = 0 } = declared;
  return { ...declared, origin: { ...origin, line: origin.line + lines }, item: item + items };
}
