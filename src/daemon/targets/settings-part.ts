import { createHash } from 'node:crypto';
import { sameData } from '../../base/same-data.ts';
import { Secret } from '../../base/secret.ts';
import type { Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import type { Origin } from '../../model/origin.ts';
import { type PlanPart, settingsName } from '../../reconcile/plan.ts';
import type { ObservedRow, Row, Value } from '../../reconcile/row.ts';
import type { Change } from '../../reconcile/target.ts';

type Fields = Readonly<Record<string, Value>>;

/** What is declared of lastmile itself by one object. */
interface Settings {
  readonly kind: string;
  readonly name: string;
  readonly fields: Fields;
  readonly source?: Origin;
}

/** In the place of a value that is declared no more. */
const absent = '(absent)';

/**
 * What a revision declares otherwise of lastmile itself, as changes: who may do what, how routers are dialled, whose commits
 * count, what is refused. No row of a target shows it, and whoever approves a plan approves this with it. Pure.
 *
 * @param before what is in force; absent: nothing is known, all is new
 * @returns `undefined` where nothing is otherwise
 */
export function settingsPart(before: Model | undefined, now: Model): PlanPart | undefined {
  if (before === now) return undefined;
  const was = new Map((before === undefined ? [] : settingsOf(before)).map((each) => [keyOf(each), each]));
  const is = new Map(settingsOf(now).map((each) => [keyOf(each), each]));
  const changes = [
    ...[...is].flatMap(([key, each]) => changeOf(was.get(key), each)),
    ...[...was].flatMap(([key, each]) => (is.has(key) ? [] : [gone(each)])),
  ];
  if (changes.length === 0) return undefined;
  const plan = { target: settingsName, changes, levels: [changes], sessions: [], findings: [] };
  return { target: { name: settingsName, state: 'observed' }, plan, refusals: [], cause: 'git', sessionsKnown: true };
}

function settingsOf(model: Model): readonly Settings[] {
  const { operator, routers, omadaControllers, portalSites, services: _, subscriptions: __, ...rest } = model;
  const { approved, ...reconcile } = operator.reconcile;
  const mode = approved === true ? 'approved' : reconcile.mode;
  const whole = { ...operator, ...rest, reconcile: { ...reconcile, mode } };
  // What guests get by accepting terms is in the directory.
  const sites = portalSites.map(({ clickThrough: ___, ...site }) => site);
  return [
    settings('Operator', operator.name, whole, operator.origin),
    ...routers.map((router) => settings('Router', router.name, ofRouter(router), router.origin)),
    ...omadaControllers.map((each) => settings('OmadaController', each.name, each, each.origin)),
    ...sites.map((site) => settings('PortalSite', site.name, site, site.origin)),
  ];
}

/** What makes no row on it. */
function ofRouter({ address, api, mode, reconcile, previousNames }: Router): object {
  return { address, api, mode, reconcile, previousNames };
}

function settings(kind: string, name: string, declared: object, source?: Origin): Settings {
  const fields: Record<string, Value> = {};
  flatten(declared, '', fields);
  return { kind, name, fields, ...(source === undefined ? {} : { source }) };
}

function flatten(value: unknown, path: string, into: Record<string, Value>): void {
  if (value === undefined) return;
  if (value instanceof Secret) into[path] = value;
  else if (value instanceof Uint8Array) into[path] = createHash('sha256').update(value).digest('hex');
  // Of a token: enough to try words on, for whoever reads the comment of a pull request.
  else if (path.endsWith('.sha256')) into[path] = new Secret(String(value));
  else if (typeof value !== 'object' || value === null) into[path] = String(value);
  else if (isList(value)) into[path] = JSON.stringify(value);
  else {
    const entries = entriesOf(value);
    if (entries.length === 0) into[path] = '{}';
    for (const [name, each] of entries) flatten(each, path === '' ? name : `${path}.${name}`, into);
  }
}

function isList(value: object): boolean {
  return Array.isArray(value) && value.every((each) => typeof each !== 'object' || each === null);
}

/** Where something is declared is no setting. Items of a list go by their names, where these tell them apart. */
function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) return [...value].map(([key, each]) => [String(key), each]);
  if (!Array.isArray(value)) return Object.entries(value).filter(([name]) => name !== 'origin');
  const names = value.map((each: { readonly name?: unknown } | undefined) => each?.name);
  const areNamed = names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
  return value.map((each, at) => [areNamed ? String(names[at]) : String(at), each]);
}

function changeOf(was: Settings | undefined, is: Settings): readonly Change[] {
  const row = (fields: Fields): Row => ({
    ...nameOf(is),
    fields,
    ...(is.source === undefined ? {} : { source: is.source }),
  });
  if (was === undefined) return [{ action: 'create', ...nameOf(is), set: is.fields, after: row(is.fields) }];
  const names = new Set([...Object.keys(was.fields), ...Object.keys(is.fields)]);
  const changed = [...names].filter((name) => !sameData(was.fields[name], is.fields[name]));
  if (changed.length === 0) return [];
  const set = Object.fromEntries(changed.map((name) => [name, is.fields[name] ?? absent]));
  const held = changed.flatMap((name) => (was.fields[name] === undefined ? [] : [[name, was.fields[name]] as const]));
  return [{ action: 'update', ...nameOf(is), set, before: observed(was, Object.fromEntries(held)), after: row(set) }];
}

function gone(was: Settings): Change {
  return { action: 'delete', ...nameOf(was), set: {}, before: observed(was, was.fields) };
}

function observed(each: Settings, fields: Fields): ObservedRow {
  const { menu, identity } = nameOf(each);
  return { menu, identity, fields, ownership: 'ours' };
}

function nameOf({ kind, name }: Settings) {
  return { menu: kind, identity: name, owner: `${kind}/${name}` };
}

function keyOf({ kind, name }: Settings): string {
  return `${kind}/${name}`;
}
