import type { Problem } from '../model/declarations.ts';
import { isDefaultsPath, layersAbove, wordOf } from './defaults.ts';
import { type Issue, wholeRepository } from './issue.ts';
import { exists, locate, type Path } from './locate.ts';
import { placeInItem } from './place-in-item.ts';
import { readYamlFile, type YamlDocument, type YamlFile } from './yaml-file.ts';

interface TextFile {
  readonly path: string;
  readonly text: string;
}

export type IssuePlace = Pick<Issue, 'file' | 'line' | 'column' | 'endColumn'>;

/** Places that are known by now, of each file. */
export type KnownPlaces = ReadonlyMap<string, { readonly places: Map<string, IssuePlace> }>;

/** Gives problems between documents their line and column, reading again only files with places not known yet. */
export function locateProblems(
  problems: readonly Problem[],
  files: readonly TextFile[],
  known: KnownPlaces,
): readonly Issue[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const byFile = new Map<string, Problem[]>();
  const issues: Issue[] = [];
  for (const problem of problems) {
    const { place } = problem;
    if (place === undefined) issues.push(issueOf(problem, wholeRepository));
    else if (problem.path.length === 0) issues.push(issueOf(problem, place.origin));
    else byFile.set(place.origin.file, appended(byFile.get(place.origin.file), problem));
  }
  for (const [path, inFile] of byFile) {
    const places = known.get(path)?.places ?? new Map<string, IssuePlace>();
    findPlaces(inFile, places, path, texts);
    for (const problem of inFile) {
      const found = places.get(placeKey(problem));
      if (found !== undefined) issues.push(issueOf(problem, found));
    }
  }
  return issues;
}

function findPlaces(
  problems: readonly Problem[],
  places: Map<string, IssuePlace>,
  path: string,
  texts: ReadonlyMap<string, string>,
): void {
  const text = texts.get(path) ?? '';
  const unknown: Problem[] = [];
  for (const problem of problems) {
    if (places.has(placeKey(problem))) continue;
    const { place } = problem;
    const isWhole = place?.item === undefined || problem.within !== undefined;
    const found = isWhole ? undefined : placeInItem(path, text, place.origin.line, problem.path);
    if (found === undefined) unknown.push(problem);
    else places.set(placeKey(problem), { file: path, ...found });
  }
  if (unknown.length === 0) return;
  const files = readerOf(texts);
  for (const problem of unknown) places.set(placeKey(problem), placeIn(files(path), problem, files, texts));
}

function readerOf(texts: ReadonlyMap<string, string>): (path: string) => YamlFile {
  const read = new Map<string, YamlFile>();
  return (path) => {
    const file = read.get(path) ?? readYamlFile(path, texts.get(path) ?? '');
    read.set(path, file);
    return file;
  };
}

function placeKey({ place, path, within }: Problem): string {
  return JSON.stringify([place?.document, place?.item, path, within]);
}

/** In the document, in the defaults of its list, or in those of the nearest folder that says the field. */
function placeIn(
  file: YamlFile,
  { place, path, within }: Problem,
  files: (path: string) => YamlFile,
  texts: ReadonlyMap<string, string>,
): IssuePlace {
  const document = file.documents[place?.document ?? 0];
  const node = document?.node ?? null;
  const own = place?.item === undefined ? path : listPath(node, place.item, path);
  const kind = place?.item === undefined ? kindOf(document) : 'Subscriber';
  const inherited = exists(node, own) ? undefined : inDefaults(kind, file.path, path, files, texts);
  if (inherited !== undefined) return inherited;
  const { start, end } = locate(node, own, 'value');
  const words = within === undefined ? undefined : wordsWithin(texts.get(file.path) ?? '', start, end, within);
  const found = words === undefined ? file.at(start, end) : file.at(words, words + (within?.words.length ?? 0));
  return { file: file.path, ...found };
}

/** However a text is written in its file, in quotes or over several lines, its words are there, in the same order. */
function wordsWithin(
  text: string,
  start: number,
  end: number,
  { words, nth }: NonNullable<Problem['within']>,
): number | undefined {
  let at = text.indexOf(words, start);
  for (let before = 0; before < nth && at !== -1; before += 1) at = text.indexOf(words, at + 1);
  return at === -1 || at >= end ? undefined : at;
}

/** Where a folder's defaults say a field of what lies in a file; those of the nearest that does. */
export function placeInDefaults(
  kind: string,
  file: string,
  path: Path,
  texts: ReadonlyMap<string, string>,
): IssuePlace | undefined {
  return inDefaults(kind, file, path, readerOf(texts), texts);
}

function inDefaults(
  kind: string,
  file: string,
  path: Path,
  files: (path: string) => YamlFile,
  texts: ReadonlyMap<string, string>,
): IssuePlace | undefined {
  const inLayer = layerPath(kind, path);
  for (const layer of layersAbove(file, pathsOfDefaults(texts)).toReversed()) {
    const node = files(layer).documents[0]?.node ?? null;
    if (exists(node, inLayer.slice(0, 3))) return placed(files(layer), node, inLayer);
  }
  return undefined;
}

function pathsOfDefaults(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...texts.keys()].filter(isDefaultsPath).map((path) => [path, path]));
}

function placed(file: YamlFile, node: YamlDocument['node'], path: Path): IssuePlace {
  const { start, end } = locate(node, path, 'value');
  return { file: file.path, ...file.at(start, end) };
}

function kindOf(document: YamlDocument | undefined): string {
  const value = document?.value;
  const kind = typeof value === 'object' && value !== null ? (value as { readonly kind?: unknown }).kind : undefined;
  return typeof kind === 'string' ? kind : '';
}

/** `['spec', 'subscriber', 'service']` of `['spec', 'service']`: an entry of `services` has what the subscriber would have. */
function layerPath(kind: string, path: Path): Path {
  const isEntry = kind === 'Subscriber' && path[1] === 'services' && path.length > 3;
  return ['spec', wordOf(kind) ?? '', ...path.slice(isEntry ? 3 : 1)];
}

/** The path of an item's field: in the item, or in the defaults that gave it. */
function listPath(node: Parameters<typeof exists>[0], item: number, path: Path): Path {
  const field = path.slice(1);
  const [inItem, inDefaults] = [
    ['items', item, ...field],
    ['defaults', ...field],
  ];
  if (exists(node, inItem) || (path[0] === 'metadata' && field[0] !== 'annotations')) return inItem;
  if (exists(node, inDefaults)) return inDefaults;
  const shared = ['defaults', ...field.slice(2)];
  return field[0] === 'services' && exists(node, shared) ? shared : inItem;
}

function issueOf(problem: Problem, place: { file: string; line: number; column: number; endColumn?: number }): Issue {
  const { severity, code, message, hint } = problem;
  return { severity, code, message, ...place, ...(hint === undefined ? {} : { hint }) };
}

function appended(list: Problem[] | undefined, problem: Problem): Problem[] {
  if (list === undefined) return [problem];
  list.push(problem);
  return list;
}
