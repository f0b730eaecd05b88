import { isMap, isSeq, type ParsedNode } from 'yaml';
import type { ManifestFile } from '../../manifest/load-manifest.ts';
import { readYamlFile } from '../../manifest/yaml-file.ts';
import type { Model } from '../../model/model.ts';
import type { PlannedChange } from '../../reconcile/plan.ts';
import type { Row } from '../../reconcile/row.ts';
import type { Node } from '../yaml-text.ts';
import { childOf, edited, editOf, type FieldPath, scalarText } from './edit-yaml.ts';
import { placesOf, valuesLike } from './places.ts';

export interface WriteBackSettings {
  readonly files: readonly ManifestFile[];
  /** Reads declarations as the daemon would; `undefined` where something is wrong in them. */
  readonly load: (files: readonly ManifestFile[]) => Promise<Model | undefined>;
  /** The rows that every router should hold. */
  readonly desired: (model: Model) => ReadonlyMap<string, readonly Row[]>;
}

/** A change by hand, and what became of it. */
export interface WrittenBack {
  readonly address: string;
  /** Absent: the row is gone. */
  readonly field?: string;
  readonly found: string;
  readonly declared: string;
  /** Where it is declared by now. Absent: it is not, see `why`. */
  readonly place?: { readonly file: string; readonly line: number };
  readonly why?: string;
  /** Other rows that change with it: `core-2/ppp/profile/home`. */
  readonly besides?: readonly string[];
}

export interface WriteBackResult {
  readonly fields: readonly WrittenBack[];
  /** Files that are otherwise, whole. */
  readonly files: readonly ManifestFile[];
}

interface State {
  readonly files: ReadonlyMap<string, string>;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}

/**
 * Finds the declarations of which routers would be as they are: for each field that was changed by hand, tries where it could
 * be declared, reads the result as the daemon would, and takes what makes the row so and fewest others otherwise. What
 * nothing makes so is left, with words.
 *
 * @param changes what a plan would set back
 */
export async function writeBack(
  changes: readonly PlannedChange[],
  settings: WriteBackSettings,
): Promise<WriteBackResult> {
  const before = new Map(settings.files.map(({ path, text }) => [path, text]));
  const model = await settings.load(settings.files);
  const fields: WrittenBack[] = [];
  if (model === undefined) return { fields, files: [] };
  let state: State = { files: before, rows: settings.desired(model) };
  for (const change of changes) {
    for (const goal of goalsOf(change)) {
      const { result, next } = await reach(goal, state, settings);
      fields.push(result);
      state = next ?? state;
    }
  }
  const files = [...state.files].flatMap(([path, text]) => (before.get(path) === text ? [] : [{ path, text }]));
  return { fields, files };
}

interface Goal {
  readonly change: PlannedChange;
  readonly field?: string;
  readonly found: string;
  readonly declared: string;
  /** Why it is not tried. */
  readonly why?: string;
}

const secret = '[secret]';

function goalsOf(change: PlannedChange): readonly Goal[] {
  const { actions, before, after, fields } = change;
  switch (actions[0]) {
    case 'update':
      return fields
        .filter((field) => after?.[field] !== undefined)
        .map((field): Goal => {
          const [found = '', declared = ''] = [before?.[field], after?.[field]];
          const isSecret = found === secret || declared === secret;
          const why = isSecret ? 'it is a secret, which no router tells: lastmile secrets set' : undefined;
          return { change, field, found, declared, ...(why === undefined ? {} : { why }) };
        });
    case 'create':
      return [{ change, found: 'no row', declared: 'a row' }];
    case 'delete':
      return [
        {
          change,
          found: 'a row',
          declared: 'no row',
          why: 'nothing declares it any more: lastmile import shows what would',
        },
      ];
    default:
      return [{ change, found: 'another place', declared: 'its place', why: 'order is for a person to declare' }];
  }
}

interface Candidate {
  readonly file: string;
  readonly text: string;
  readonly line: number;
}

interface Reached {
  readonly result: WrittenBack;
  readonly next?: State;
}

async function reach(goal: Goal, state: State, settings: WriteBackSettings): Promise<Reached> {
  const { change, field, found, declared } = goal;
  const named = { address: change.address, ...(field === undefined ? {} : { field }), found, declared };
  const leave = (why: string): Reached => ({ result: { ...named, why } });
  if (goal.why !== undefined) return leave(goal.why);
  if (change.source === undefined) return leave('no declaration makes this row');
  if (isMet(goal, state.rows)) return { result: { ...named, place: change.source } };
  let best: { readonly candidate: Candidate; readonly next: State; readonly besides: readonly string[] } | undefined;
  for (const candidate of candidatesOf(goal, state.files)) {
    const files = new Map(state.files).set(candidate.file, candidate.text);
    const model = await settings.load([...files].map(([path, text]) => ({ path, text })));
    if (model === undefined) continue;
    const rows = settings.desired(model);
    if (!isMet(goal, rows)) continue;
    const besides = otherwise(state.rows, rows).filter((address) => address !== change.address);
    if (best === undefined || besides.length < best.besides.length)
      best = { candidate, next: { files, rows }, besides };
    if (besides.length === 0) break;
  }
  if (best === undefined) return leave('no edit of its declaration would make it so');
  const { candidate, next, besides } = best;
  const place = { file: candidate.file, line: candidate.line };
  return { result: { ...named, place, ...(besides.length === 0 ? {} : { besides }) }, next };
}

/** Would the router be told nothing of this field any more? */
function isMet({ change, field, found }: Goal, rows: State['rows']): boolean {
  const row = rows
    .get(change.target)
    ?.find(({ menu, identity }) => menu === change.menu && identity === change.identity);
  if (field === undefined) return row === undefined;
  // A field that is not declared is the router's own.
  return row !== undefined && (row.fields[field] === found || !Object.hasOwn(row.fields, field));
}

function otherwise(before: State['rows'], after: State['rows']): readonly string[] {
  const changed: string[] = [];
  for (const target of new Set([...before.keys(), ...after.keys()])) {
    const said = new Map((before.get(target) ?? []).map((row) => [keyOf(target, row), row]));
    for (const row of after.get(target) ?? []) {
      const key = keyOf(target, row);
      const old = said.get(key);
      said.delete(key);
      if (old === undefined || !sameFields(old, row)) changed.push(key);
    }
    changed.push(...said.keys());
  }
  return changed;
}

function keyOf(target: string, { menu, identity }: Pick<Row, 'menu' | 'identity'>): string {
  return `${target}${menu.startsWith('/') ? '' : '/'}${menu}${identity === '' ? '' : `/${identity}`}`;
}

function sameFields({ fields: a }: Row, { fields: b }: Row): boolean {
  const [names, others] = [Object.keys(a), Object.keys(b)];
  return (
    names.length === others.length &&
    names.every((name) => {
      const [one, other] = [a[name], b[name]];
      return typeof one === 'string' || typeof other === 'string'
        ? one === other
        : other !== undefined && one?.equals(other);
    })
  );
}

function* candidatesOf(goal: Goal, files: ReadonlyMap<string, string>): Generator<Candidate> {
  const { change, field, found } = goal;
  const { file = '', line = 1 } = change.source ?? {};
  const text = files.get(file);
  if (text === undefined) return;
  const scope = scopeAt(file, text, line);
  if (scope === undefined) return;
  const { at } = readYamlFile(file, text);
  const made = (path: FieldPath, value: Node | undefined): Candidate | undefined => {
    const edit = editOf(text, scope.root, [...scope.path, ...path], value);
    if (edit === undefined) return undefined;
    return { file, text: kept(file, edited(text, edit), goal, line), line: at(edit.start).line };
  };
  for (const [path, value] of triesOf(goal, scope, field, found)) {
    const candidate = made(path, value);
    if (candidate !== undefined) yield candidate;
  }
}

function* triesOf(
  { change, declared }: Goal,
  scope: Scope,
  field: string | undefined,
  found: string,
): Generator<readonly [FieldPath, Node | undefined]> {
  if (field === undefined) {
    // A subscriber or a tariff whose row is gone is for a person to take out.
    if (scope.path.length > 0 && change.owner.startsWith('Router/')) yield [[], undefined];
    return;
  }
  for (const { path, values } of placesOf(change.menu, field, found)) for (const value of values) yield [path, value];
  if (declared === '') return;
  for (const path of placesWith(scope.node, declared)) for (const value of valuesLike(found)) yield [path, value];
}

/** A row that no field tells from others is known by a digest of them all, unless it has a key: the one it has. */
function kept(file: string, text: string, { change, field }: Goal, line: number): string {
  const [, key] = /#config-(.+)$/.exec(change.owner) ?? [];
  if (key === undefined || field === undefined || change.identity !== change.owner) return text;
  const scope = scopeAt(file, text, line);
  if (scope === undefined || childOf(scope.node, 'key') !== undefined) return text;
  const edit = editOf(text, scope.root, [...scope.path, 'key'], decodeURIComponent(key));
  return edit === undefined ? text : edited(text, edit);
}

interface Scope {
  readonly root: ParsedNode;
  /** From the root to the fields of what is declared there. */
  readonly path: FieldPath;
  readonly node: ParsedNode;
}

/** What is declared at a line: an entry of a list, the settings of a menu, or the `spec` of a document. */
function scopeAt(file: string, text: string, line: number): Scope | undefined {
  const { documents, at } = readYamlFile(file, text);
  for (const { node: root } of documents) {
    if (root === null || at(root.range[0]).line > line || at(root.range[2]).line < line) continue;
    const found = deepest(root, (node) => isMap(node) && at(node.range[0]).line === line);
    if (found !== undefined && found.length > 0) return withNode(root, found);
    const settings = keyAt(root, (start) => at(start).line === line);
    if (settings !== undefined && settings.length > 2) return withNode(root, settings);
    return withNode(root, ['spec']);
  }
  return undefined;
}

function withNode(root: ParsedNode, path: FieldPath): Scope | undefined {
  const node = path.reduce<ParsedNode | null | undefined>(
    (from, step) => (from === null || from === undefined ? undefined : childOf(from, step)),
    root,
  );
  return node === null || node === undefined ? undefined : { root, path, node };
}

/** The way to the outermost node below the root that fits: an entry, and not what stands on the same line in it. */
function deepest(node: ParsedNode | null, fits: (node: ParsedNode) => boolean): FieldPath | undefined {
  for (const [step, child] of children(node)) {
    if (child === null) continue;
    if (typeof step === 'number' && fits(child)) return [step];
    const below = deepest(child, fits);
    if (below !== undefined) return [step, ...below];
  }
  return undefined;
}

function keyAt(node: ParsedNode | null, fits: (start: number) => boolean): FieldPath | undefined {
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
  for (const { key, value } of node.items) {
    const step = scalarText(key) ?? '';
    if (isMap(value) && fits(key.range[0])) return [childKey(key)];
    const below = keyAt(value, fits);
    if (below !== undefined) return [childKey(key, step), ...below];
  }
  return undefined;
}

function childKey(key: ParsedNode, fallback = ''): string {
  return 'value' in key ? String(key.value) : fallback;
}

function children(node: ParsedNode | null): readonly (readonly [string | number, ParsedNode | null])[] {
  if (isSeq<ParsedNode | null>(node)) return node.items.map((item, at) => [at, item] as const);
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return [];
  return node.items.map(({ key, value }) => [childKey(key), value] as const);
}

/** Fields below a node whose value is just this text, or a list of it. */
function placesWith(node: ParsedNode | null, text: string): readonly FieldPath[] {
  return children(node).flatMap(([step, child]): readonly FieldPath[] => {
    if (scalarText(child) === text) return [[step]];
    const listed = isSeq<ParsedNode | null>(child) ? child.items.map((item) => scalarText(item)).join(',') : undefined;
    const below = placesWith(child, text).map((path) => [step, ...path]);
    return listed === text ? [[step], ...below] : below;
  });
}
