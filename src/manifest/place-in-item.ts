import { exists, locate, type Path } from './locate.ts';
import { type Position, readYamlFile } from './yaml-file.ts';

/**
 * Where a field of an item of a list stands, found without reading the file again: of a thousand items, one is read.
 *
 * @param line where the item begins, from 1
 * @param field its path in a single document: `['spec', 'password']`
 * @returns nothing where that cannot be told from the lines of the item alone, as of what its list gives it
 */
export function placeInItem(path: string, text: string, line: number, field: Path): Position | undefined {
  const lines = linesOfItem(text, line);
  if (lines === undefined || field[0] !== 'spec') return undefined;
  const { documents, issues, at } = readYamlFile(path, lines);
  const node = documents[0]?.node ?? null;
  const inItem = [0, ...field.slice(1)];
  if (issues.length > 0 || documents.length !== 1 || !exists(node, inItem)) return undefined;
  const { start, end } = locate(node, inItem, 'value');
  const found = at(start, end);
  return { ...found, line: found.line + line - 1 };
}

/** Of an item, from the one with its dash to before the next that is indented no more. */
export function linesOfItem(text: string, line: number): string | undefined {
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let before = 1; before < line; before += 1) start = text.indexOf('\n', start) + 1;
  const indent = /^( *)- /.exec(text.slice(start, start + maxIndent))?.[1]?.length;
  if (indent === undefined) return undefined;
  const next = new RegExp(`\\n {0,${indent}}[^ \\r\\n]`, 'g');
  next.lastIndex = start;
  return text.slice(start, next.exec(text)?.index);
}

const maxIndent = 200;
