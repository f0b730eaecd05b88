import type { Placed } from '../model/declarations.ts';
import { exists, locate, type Path } from './locate.ts';
import { linesOfItem } from './place-in-item.ts';
import { type Position, readYamlFile, type YamlFile } from './yaml-file.ts';

/** Where a field stands. */
export interface FieldPlace extends Position {
  /** It is not said of the object itself, but of all of its list. */
  readonly inDefaults: boolean;
  /** Where it is another: the defaults of a folder. */
  readonly file?: string;
}

/**
 * Where fields of one object stand, of which only its own lines are read, and those before the items of its list: of a file
 * with a hundred thousand lines, the rest is left alone.
 *
 * @param text of the file
 * @param paths as in a single document: `['spec', 'rate', 'down']`
 * @returns in their order; `undefined` where the field is not written anywhere
 */
export function fieldPlaces(
  path: string,
  text: string,
  object: Placed,
  paths: readonly Path[],
): readonly (FieldPlace | undefined)[] {
  const document = documentAround(text, object.origin.line);
  if (object.item === undefined) {
    const file = readPart(path, document);
    return paths.map((each) => placeIn(file, each, 0, false));
  }
  const own = linesOfItem(text, object.origin.line);
  // Items on one line with others have no lines of their own.
  const whole = own === undefined ? readPart(path, document) : undefined;
  const item = whole ?? readPart(path, { text: own ?? '', line: object.origin.line });
  const before = whole === undefined ? [0] : ['items', object.item];
  const head = whole ?? readPart(path, headOf(document));
  return paths.map((each) => {
    const field = each[0] === 'spec' || each[0] === 'metadata' ? each.slice(1) : each;
    const inItem = placeIn(item, [...before, ...field], 1, false);
    if (inItem !== undefined || field[0] === 'name') return inItem;
    return (
      placeIn(head, ['defaults', ...field], 1, true) ??
      // What a list says of a single service holds for each of several.
      (field[0] === 'services' ? placeIn(head, ['defaults', ...field.slice(2)], 1, true) : undefined)
    );
  });
}

interface Part {
  readonly text: string;
  /** Its first, in the file. */
  readonly line: number;
}

interface ReadPart {
  readonly file: YamlFile;
  readonly line: number;
}

function readPart(path: string, { text, line }: Part): ReadPart {
  return { file: readYamlFile(path, text), line };
}

function placeIn({ file, line }: ReadPart, path: Path, least: number, inDefaults: boolean): FieldPlace | undefined {
  const node = file.documents[0]?.node ?? null;
  if (node === null || path.length < least || !exists(node, path)) return undefined;
  const { start, end } = locate(node, path, 'value');
  const found = file.at(start, end);
  return { ...found, line: found.line + line - 1, inDefaults };
}

/** The document of a stream that has this line. In YAML, a line that begins with `---` ends one wherever it stands. */
function documentAround(text: string, line: number): Part {
  let [from, first, at, number] = [0, 1, 0, 1];
  for (;;) {
    const end = text.indexOf('\n', at);
    if (isMark(text, at) && number !== 1) {
      if (number > line) return { text: text.slice(from, at), line: first };
      [from, first] = [at, number];
    }
    if (end === -1) return { text: text.slice(from), line: first };
    at = end + 1;
    number += 1;
  }
}

function isMark(text: string, at: number): boolean {
  return text.startsWith('---', at) && /^---(?:[ \t\r\n]|$)/.test(text.slice(at, at + 4));
}

/** A list without its items, where they stand last, as they nearly always do. */
function headOf({ text, line }: Part): Part {
  const items = /^items:/m.exec(text);
  const rest = items === null ? '' : text.slice(items.index + 6);
  return items === null || /^[a-zA-Z"']/m.test(rest.slice(rest.indexOf('\n') + 1))
    ? { text, line }
    : { text: text.slice(0, items.index), line };
}
