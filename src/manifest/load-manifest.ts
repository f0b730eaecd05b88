import { compact } from '../base/compact.ts';
import { sharedWith } from '../base/same-data.ts';
import { isSealedText } from '../base/sealed-text.ts';
import { eachInSteps, finish, type Steps } from '../base/steps.ts';
import type { Declared, PolicySpec, ScenarioSpec } from '../model/declarations.ts';
import type { Policy } from '../model/kinds/policy.ts';
import type { Model } from '../model/model.ts';
import { resolveEditInSteps } from '../model/resolve/resolve-edit.ts';
import type { WholeModel } from '../model/resolve/resolve-memory.ts';
import { type ResolveOptions, resolveModelInSteps } from '../model/resolve/resolve-model.ts';
import type { SecretResolver, SecretUses } from '../model/secret-values.ts';
import { collectFile, rememberNames } from './collect.ts';
import { collectTame } from './collect-tame.ts';
import { addCollected, type Collected, nothingCollected } from './collected.ts';
import { type DefaultsLayer, isDefaultsPath, layersAbove } from './defaults.ts';
import { editedList } from './edited-list.ts';
import { editedSince } from './edited-since.ts';
import { compareText, hasErrors, type Issue, sortIssues, wholeRepository } from './issue.ts';
import { type IssuePlace, locateProblems } from './locate-problems.ts';
import { type JudgedFiles, objectionsInSteps, type PolicyPort } from './objections.ts';
import { readYamlFile } from './yaml-file.ts';

export interface ManifestFile {
  /** Below the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface LoadOptions {
  readonly secrets: SecretResolver;
  /** Error words when a RADIUS attribute is unknown or its value does not fit. */
  readonly attributeCheck?: (name: string, value: string | number) => string | undefined;
  /** True for a RADIUS attribute that holds a password or a key. */
  readonly attributeHides?: (name: string) => boolean;
  /** `validate`: a missing variable or secret file is a warning. `use`: it is an error. */
  readonly mode: 'validate' | 'use';
  /** What was read from each file the last time: those that are the same are not read again. Updated in place. */
  readonly cache?: FileCache;
  /** What was resolved the last time: what did not change stays one object. Updated in place. */
  readonly memory?: LoadMemory;
  /** Files that are encrypted and could not be opened, and what is wrong with how they are. */
  readonly sealed?: { readonly unread: readonly ManifestFile[]; readonly issues: readonly Issue[] };
  /** Applies the rules of the operator's own. Absent: they are read, and nobody is asked. */
  readonly policies?: PolicyPort;
  /** Rules that are in force until these declarations are: they are asked, too. */
  readonly policiesBefore?: readonly Policy[];
  /** The repository is an example: secrets in clear text are not warned about. */
  readonly example?: boolean;
}

export interface CachedFile {
  /** That of whoever read it last, so that it is there once: with 100,000 subscribers it is 12 MB. */
  text: string;
  readonly collected: Collected;
  /** Defaults that held for it, from the root to its folder. */
  readonly layers: readonly DefaultsLayer[];
  /** Where fields stand that problems were found with before. */
  readonly places: Map<string, IssuePlace>;
}

/** By path: the text, what it declares, and where. */
export type FileCache = Map<string, CachedFile>;

/** The last model that was whole, and what each file declared then. Brought along in place. */
export interface LoadMemory {
  last?: WholeModel & { readonly files: Map<string, Collected> };
  readonly judged?: JudgedFiles;
}

export interface Manifest {
  /** Present when no issue is an error. */
  readonly model?: Model;
  /** Where its secrets come from. Present when it is. */
  readonly secretUses?: SecretUses;
  /** Rehearsals that are declared, in order of file and place. Present when the model is. */
  readonly scenarios?: readonly Declared<ScenarioSpec>[];
  /** Rules of the operator's own, whatever else is wrong. Absent: there are none. */
  readonly policies?: readonly Declared<PolicySpec>[];
  /** Sorted by file and position. */
  readonly issues: readonly Issue[];
  /** What rules of the operator's own say of objects; denials are errors. Absent: there are none. */
  readonly objections?: readonly Issue[];
}

/**
 * Reads a repository: every file is read whatever the others hold, every document checked against its schema, every rule
 * between documents checked, and everything wrong reported at once with its place. The order of `files` does not matter.
 */
export function loadManifest(files: readonly ManifestFile[], options: LoadOptions): Manifest {
  return finish(loadManifestInSteps(files, options));
}

/** The same, with leave to do other things in between. */
export function* loadManifestInSteps(files: readonly ManifestFile[], options: LoadOptions): Steps<Manifest> {
  const sorted = [...files].sort((a, b) => compareText(a.path, b.path));
  const parts = new Map<string, Collected>();
  const layersOf = layersIn(sorted, options.cache);
  for (const file of sorted) {
    const layers = layersOf(file.path);
    const wasRead = isRead(options.cache?.get(file.path), file.text, layers);
    parts.set(file.path, collectOne(file, layers, options.cache));
    if (!wasRead) yield;
  }
  forgetOthers(sorted, options.cache);
  if (files.length === 0 && options.sealed === undefined) return { issues: [nothingDeclared('no YAML file is here')] };
  const memory = options.mode === 'use' && options.sealed === undefined ? options.memory : undefined;
  return (
    (yield* editedInSteps(sorted, parts, memory, options)) ?? (yield* wholeInSteps(sorted, parts, memory, options))
  );
}

type Parts = Map<string, Collected>;

/** What was whole before, with what was edited since. `undefined` where all has to be looked at. */
function* editedInSteps(
  files: readonly ManifestFile[],
  parts: Parts,
  memory: LoadMemory | undefined,
  options: LoadOptions,
): Steps<Manifest | undefined> {
  const last = memory?.last;
  const edit = last === undefined ? undefined : editedSince(last.files, parts);
  if (memory === undefined || last === undefined || edit === undefined) return undefined;
  const resolved = yield* resolveEditInSteps(last, edit, resolveOptions(options));
  if (resolved === undefined) return undefined;
  const { model, problems, known, book, secretUses } = resolved;
  memory.last = { model, known, book, files: parts };
  const said = [...parts.values()].flatMap((part) => part.issues);
  const issues = sortIssues([...said, ...locateProblems(problems, files, options.cache ?? new Map())]);
  const objections = yield* objectionsTo(parts, files, model, memory, options);
  return { model, secretUses, scenarios: scenariosIn(parts), issues, ...objections };
}

/** What is said against objects, where anybody is to be asked. */
function* objectionsTo(
  parts: Parts,
  files: readonly ManifestFile[],
  { policies = [] }: Pick<Model, 'policies'>,
  memory: LoadMemory | undefined,
  { policies: port, policiesBefore = [], cache }: LoadOptions,
): Steps<Pick<Manifest, 'objections'>> {
  if (port === undefined || policies.length + policiesBefore.length === 0) return {};
  const all = port.merged(policies, policiesBefore);
  const problems = yield* objectionsInSteps(parts, all, port, memory?.judged ?? { files: new Map() });
  return { objections: sortIssues(locateProblems(problems, files, cache ?? new Map())) };
}

function* wholeInSteps(
  files: readonly ManifestFile[],
  parts: Parts,
  memory: LoadMemory | undefined,
  options: LoadOptions,
): Steps<Manifest> {
  const collected = nothingCollected();
  yield* eachInSteps(parts.values(), (part) => addCollected(collected, part));
  const unchecked = new Map<string, Set<string>>();
  for (const issue of options.sealed?.issues ?? []) collected.issues.push(issue);
  for (const { path, text } of options.sealed?.unread ?? []) rememberNames(collected, path, text);
  // Of a file that is encrypted as a whole, not even the names can be told.
  const closed = options.sealed?.unread.find(({ text }) =>
    isSealedText(/^["']?kind["']?: *["']?(.*)/m.exec(text)?.[1] ?? ''),
  );
  const { model, problems, known, book, secretUses } = yield* resolveModelInSteps(
    { ...collected, maybeDeclared: (name) => noteUnread(collected, unchecked, name, closed?.path) },
    { ...resolveOptions(options), ...compact({ last: memory?.last }), forOnce: memory === undefined },
  );
  const ofPolicies = collected.policies.length === 0 ? [] : (options.policies?.check(collected.policies) ?? []);
  const issues = sortIssues([
    ...collected.issues,
    ...locateProblems([...problems, ...ofPolicies], files, options.cache ?? new Map()),
    ...uncheckedReferences(unchecked),
    ...(declaresNothing(collected) ? [nothingDeclared('no file declares anything')] : []),
  ]);
  const policies = collected.policies.length === 0 ? {} : { policies: collected.policies };
  const objections = ofPolicies.length > 0 ? {} : yield* objectionsTo(parts, files, model, memory, options);
  if (hasErrors(issues) || (options.sealed?.unread.length ?? 0) > 0) return { issues, ...policies, ...objections };
  if (memory !== undefined) memory.last = { model, known, book, files: parts };
  return { model, secretUses, scenarios: scenariosIn(parts), issues, ...policies, ...objections };
}

function scenariosIn(parts: Parts): readonly Declared<ScenarioSpec>[] {
  return [...parts.values()].flatMap(({ scenarios }) => scenarios);
}

function resolveOptions({ secrets, mode, example, attributeCheck, attributeHides }: LoadOptions): ResolveOptions {
  return {
    secrets: { resolver: secrets, mode, textAllowed: example === true ? () => true : onceEach(inExamples) },
    ...compact({ attributeCheck, attributeHides }),
  };
}

/**
 * Defaults that hold for a path, from the root to its folder: of files that are the same as before, they are the same objects.
 * Reads what is new of them into the cache.
 */
export function layersIn(
  files: readonly ManifestFile[],
  cache: FileCache | undefined,
): (path: string) => readonly DefaultsLayer[] {
  const layers = new Map<string, DefaultsLayer>();
  for (const file of files.filter(({ path }) => isDefaultsPath(path)))
    for (const layer of collectOne(file, noLayers, cache).defaults) layers.set(layer.path, layer);
  // A file of defaults is as it is, whatever lies above it.
  return (path) => (isDefaultsPath(path) ? noLayers : layersAbove(path, layers));
}

const noLayers: readonly DefaultsLayer[] = [];

/** Was this read before, under the same defaults? */
export function isRead(known: CachedFile | undefined, text: string, layers: readonly DefaultsLayer[]): boolean {
  return known?.text === text && isUnder(known, layers);
}

function isUnder({ layers: before }: CachedFile, layers: readonly DefaultsLayer[]): boolean {
  return before.length === layers.length && before.every((each, at) => each === layers[at]);
}

/** What one file declares, whatever others do: plain data, so that it can be read elsewhere and handed over. */
export function collectText(path: string, text: string, layers: readonly DefaultsLayer[] = noLayers): Collected {
  return collectTame(path, text, layers) ?? collectWhole(path, text, layers);
}

/** The same, always by its nodes. */
export function collectWhole(path: string, text: string, layers: readonly DefaultsLayer[] = noLayers): Collected {
  const collected = nothingCollected();
  collectFile(collected, readYamlFile(path, text), text, layers);
  return collected;
}

export function collectOne(
  { path, text }: ManifestFile,
  layers: readonly DefaultsLayer[],
  cache: FileCache | undefined,
): Collected {
  const known = cache?.get(path);
  if (known !== undefined && isRead(known, text, layers)) {
    known.text = text;
    return known.collected;
  }
  const collected = known === undefined ? undefined : collectEdited(known, path, text, layers);
  const read = collected ?? collectText(path, text, layers);
  if (cache !== undefined) keepCollected(cache, path, text, read, layers);
  return read;
}

/** What a file declares by now that was read before, where that takes no time. */
function collectEdited(
  known: CachedFile,
  path: string,
  text: string,
  layers: readonly DefaultsLayer[],
): Collected | undefined {
  return isUnder(known, layers) ? editedList(known, text, (some) => collectText(path, some, layers)) : undefined;
}

/** Keeps what a file that changed declares, where it takes no time to tell. */
export function keepEdited(cache: FileCache, { path, text }: ManifestFile, layers: readonly DefaultsLayer[]): boolean {
  const known = cache.get(path);
  const collected = known === undefined ? undefined : collectEdited(known, path, text, layers);
  if (collected !== undefined) keepCollected(cache, path, text, collected, layers);
  return collected !== undefined;
}

/** Keeps what a file declares. Subscribers that are declared as before, at the same place, are those of before. */
export function keepCollected(
  cache: FileCache,
  path: string,
  text: string,
  collected: Collected,
  layers: readonly DefaultsLayer[],
): void {
  const before = cache.get(path)?.collected.subscribers ?? [];
  const byName = new Map(before.map((each) => [each.name, each]));
  const { subscribers } = collected;
  for (const [at, each] of before.length === 0 ? [] : subscribers.entries())
    subscribers[at] = sharedWith(byName.get(each.name), each);
  cache.set(path, { text, collected, layers, places: new Map() });
}

function forgetOthers(files: readonly ManifestFile[], cache: FileCache | undefined): void {
  if (cache === undefined || cache.size <= files.length) return;
  const paths = new Set(files.map(({ path }) => path));
  for (const path of [...cache.keys()].filter((each) => !paths.has(each))) cache.delete(path);
}

/** Asked of every secret, of which a file has a thousand. */
function onceEach(tell: (file: string) => boolean): (file: string) => boolean {
  const told = new Map<string, boolean>();
  return (file) => {
    const known = told.get(file) ?? tell(file);
    told.set(file, known);
    return known;
  };
}

function inExamples(file: string): boolean {
  return file.split('/').slice(0, -1).includes('examples');
}

function nothingDeclared(message: string): Issue {
  const hint = 'documents with apiVersion: lastmile/v1 in *.yaml or *.yml files';
  return { severity: 'error', code: 'LM_NO_DOCUMENTS', message, hint, ...wholeRepository };
}

function declaresNothing({ operators, routers, services, subscribers, lists, ...others }: Collected): boolean {
  const all = [operators, routers, services, subscribers, lists, others.portalSites, others.omadaControllers];
  return all.every((each) => each.length === 0) && !hasErrors(others.issues);
}

function noteUnread(
  collected: Collected,
  unchecked: Map<string, Set<string>>,
  name: string,
  closed: string | undefined,
): boolean {
  const file = collected.unread.get(name) ?? closed;
  if (file === undefined) return false;
  unchecked.set(file, (unchecked.get(file) ?? new Set()).add(name));
  return true;
}

function uncheckedReferences(unchecked: ReadonlyMap<string, ReadonlySet<string>>): readonly Issue[] {
  return [...unchecked].map(([file, names]) => {
    const list = [...names].sort(compareText).slice(0, 5).join(', ');
    const message = `references to ${list}${names.size > 5 ? ' and others' : ''} were not checked: this file could not be read whole`;
    return { severity: 'warning', code: 'LM_REFERENCES_UNCHECKED', message, file, line: 1, column: 1 };
  });
}
