import type { ErrorObject } from 'ajv/dist/2020.js';
import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { printable } from '../base/bytes.ts';
import { nearest } from '../base/nearest.ts';
import type {
  Declared,
  OmadaControllerSpec,
  OperatorSpec,
  PortalSiteSpec,
  RouterSpec,
  ScenarioSpec,
  ServiceSpec,
  SubscriberSpec,
} from '../model/declarations.ts';
import type { Metadata, SubscriberList } from '../model/generated/documents.ts';
import { kinds } from '../model/generated/schemas.ts';
import type { Origin } from '../model/origin.ts';
import type { Issue } from './issue.ts';
import { firstKey, locate, type Path } from './locate.ts';
import type { Plain } from './plain-value.ts';
import { salvage } from './salvage.ts';
import { isKind, type Kind, kindsNotYet, schemaErrors } from './schema-check.ts';
import { pathOf, schemaFinding } from './schema-words.ts';
import type { YamlDocument, YamlFile } from './yaml-file.ts';

/** Everything declared so far, filled file by file. */
export interface Collected {
  readonly operators: Declared<OperatorSpec>[];
  readonly routers: Declared<RouterSpec>[];
  readonly services: Declared<ServiceSpec>[];
  readonly subscribers: Declared<SubscriberSpec>[];
  readonly portalSites: Declared<PortalSiteSpec>[];
  readonly omadaControllers: Declared<OmadaControllerSpec>[];
  readonly scenarios: Declared<ScenarioSpec>[];
  readonly lists: Declared<undefined>[];
  /** Known by name only: the schema was not met. */
  readonly broken: {
    readonly router: Set<string>;
    readonly service: Set<string>;
    readonly omadaController: Set<string>;
    readonly portalSite: Set<string>;
  };
  /** Something of the kind is declared that could not be read or used. */
  readonly incomplete: { operator: boolean; router: boolean };
  /** Names in texts that could not be read, and the file of each. */
  readonly unread: Map<string, string>;
  readonly issues: Issue[];
}

export function nothingCollected(): Collected {
  const broken = {
    router: new Set<string>(),
    service: new Set<string>(),
    omadaController: new Set<string>(),
    portalSite: new Set<string>(),
  };
  return {
    operators: [],
    routers: [],
    services: [],
    subscribers: [],
    portalSites: [],
    omadaControllers: [],
    scenarios: [],
    lists: [],
    broken,
    incomplete: { operator: false, router: false },
    unread: new Map(),
    issues: [],
  };
}

/** Adds what was collected elsewhere, which stays as it is. */
export function addCollected(into: Collected, part: Collected): void {
  for (const list of declaredLists) {
    const target: unknown[] = into[list];
    for (const each of part[list]) target.push(each);
  }
  for (const kind of ['router', 'service', 'omadaController', 'portalSite'] as const) {
    for (const name of part.broken[kind]) into.broken[kind].add(name);
  }
  for (const [name, file] of part.unread) into.unread.set(name, file);
  into.incomplete.operator ||= part.incomplete.operator;
  into.incomplete.router ||= part.incomplete.router;
}

const declaredLists = [
  ...(['operators', 'routers', 'services', 'subscribers', 'portalSites', 'omadaControllers'] as const),
  ...(['scenarios', 'lists', 'issues'] as const),
] as const;

/** Adds what one file declares. The file's nodes are not kept: only plain data, and where each object begins. */
export function collectFile(into: Collected, file: YamlFile, text: string): void {
  for (const issue of file.issues) into.issues.push(issue);
  if (file.issues.some(({ severity }) => severity === 'error')) rememberNames(into, file.path, text);
  if (/(^|\/)_defaults\.ya?ml$/.test(file.path)) {
    into.issues.push(
      placed(file, 0, 0, 'LM_NOT_SUPPORTED_YET', '_defaults.yaml is not supported yet', 'use `defaults:` of a list'),
    );
    return;
  }
  const full = file.documents.filter(({ node, value }) => node !== null && value !== null);
  if (full.length === 0 && file.issues.length === 0) {
    into.issues.push({ ...placed(file, 0, 0, 'LM_EMPTY_FILE', 'this file declares nothing'), severity: 'warning' });
  }
  for (const [index, document] of file.documents.entries()) {
    if (document.value !== undefined && document.value !== null) collectDocument(into, file, document, index);
  }
}

/** Names that a text which cannot be read may declare, so that references to them are not called unknown. */
export function rememberNames(into: Collected, path: string, text: string): void {
  for (const [, name] of text.matchAll(/\bname["']?\s*:\s*["']?([a-z0-9][a-z0-9._-]{0,62})/g)) {
    if (name !== undefined) into.unread.set(name, path);
  }
  if (/\bkind["']?\s*:\s*["']?Operator\b/.test(text)) into.incomplete.operator = true;
  if (/\bkind["']?\s*:\s*["']?Router\b/.test(text)) into.incomplete.router = true;
}

function collectDocument(into: Collected, file: YamlFile, document: YamlDocument, index: number): void {
  const value = withoutSeal(document.value ?? null);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    into.issues.push(
      issueAt(
        file,
        document,
        [],
        'key',
        'LM_WRONG_TYPE',
        'a document is a map with apiVersion, kind, metadata and spec',
      ),
    );
    return;
  }
  const fields = value as Readonly<Record<string, Plain>>;
  const kind = kindOf(into, file, document, fields);
  if (kind === undefined) {
    const name = nameOf(fields);
    if (name !== undefined) into.unread.set(name, file.path);
    return;
  }
  const errors = schemaErrors(kind, fields);
  reportErrors(into, file, document, errors);
  const rest = errors.length === 0 ? value : salvage(kind, value, errors);
  const sound = rest === undefined ? undefined : { ...document, value: rest };
  if (kind === 'SubscriberList') collectList(into, file, sound ?? document, index, sound === undefined ? errors : []);
  else if (sound !== undefined) collectObject(into, file, sound, index, kind);
  else rememberBroken(into, kind, nameOf(fields));
}

/** SOPS keeps what it needs to know in the document: it is no part of it. */
function withoutSeal(value: Plain): Plain {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'sops')) return value;
  const { sops: _sops, ...rest } = value as Readonly<Record<string, Plain>>;
  return rest;
}

/** Findings of one sort about one object that are told; the rest is a number. */
const maxAlike = 20;

function reportErrors(into: Collected, file: YamlFile, document: YamlDocument, errors: readonly ErrorObject[]): void {
  const alike = new Map<string, number>();
  const misspelt = new Set<string>();
  // Unknown keys first: one that was meant to be a required key explains that key's absence.
  const ordered = [...errors].sort(
    (a, b) => Number(b.keyword === 'additionalProperties') - Number(a.keyword === 'additionalProperties'),
  );
  for (const error of ordered) {
    const sort = `${error.keyword} ${error.instancePath}`;
    const before = alike.get(sort) ?? 0;
    alike.set(sort, before + 1);
    if (before >= maxAlike || (error.keyword === 'required' && misspelt.has(missingAt(error)))) continue;
    const finding = schemaFinding(error, (path) => locate(document.node, path, 'value'));
    if (finding === undefined) continue;
    if (finding.meant !== undefined) misspelt.add(`${error.instancePath} ${finding.meant}`);
    into.issues.push(issueAt(file, document, finding.path, finding.on, finding.code, finding.message, finding.hint));
  }
  for (const [sort, count] of alike) {
    if (count <= maxAlike) continue;
    const path = pathOf(sort.slice(sort.indexOf(' ') + 1));
    const message = `${count - maxAlike} more mistakes like those shown`;
    into.issues.push(issueAt(file, document, path, 'key', 'LM_AND_MORE', message));
  }
}

function missingAt(error: ErrorObject): string {
  return `${error.instancePath} ${(error.params as { missingProperty: string }).missingProperty}`;
}

/** The kind of a document, or `undefined` with the reason reported. */
function kindOf(
  into: Collected,
  file: YamlFile,
  document: YamlDocument,
  fields: Readonly<Record<string, Plain>>,
): Kind | undefined {
  const { apiVersion, kind } = fields;
  const report = (path: Path, code: string, message: string, hint?: string): undefined => {
    into.issues.push(issueAt(file, document, path, 'value', code, message, hint));
    return undefined;
  };
  if (kind === undefined) return report([], 'LM_MISSING_KEY', '"kind" is missing', `one of: ${kinds.join(', ')}`);
  if (typeof kind !== 'string')
    return report(['kind'], 'LM_UNKNOWN_KIND', 'kind must be text', `one of: ${kinds.join(', ')}`);
  if (kindsNotYet().includes(kind))
    return report(['kind'], 'LM_NOT_SUPPORTED_YET', `the kind ${kind} is not supported yet`);
  if (!isKind(kind)) {
    const meant = nearest(kind, kinds);
    const hint = meant === undefined ? `one of: ${kinds.join(', ')}` : `did you mean ${meant}?`;
    return report(['kind'], 'LM_UNKNOWN_KIND', `no kind is called "${printable(kind, 60)}"`, hint);
  }
  if (apiVersion === 'lastmile/v1') return kind;
  if (apiVersion === undefined)
    return report([], 'LM_MISSING_KEY', '"apiVersion" is missing', 'apiVersion: lastmile/v1');
  rememberBroken(into, kind, nameOf(fields));
  return report(
    ['apiVersion'],
    'LM_UNKNOWN_API_VERSION',
    'this version of the format is not known',
    'apiVersion: lastmile/v1',
  );
}

function collectObject(into: Collected, file: YamlFile, document: YamlDocument, index: number, kind: Kind): void {
  const { metadata, spec } = document.value as unknown as { metadata: Metadata; spec: never };
  const origin = originOf(file, document.node);
  const { annotations } = metadata;
  const identity = {
    name: metadata.name,
    labels: metadata.labels ?? {},
    previousNames: metadata.previousNames ?? [],
    ...(annotations === undefined ? {} : { annotations }),
  };
  const declared = { ...identity, spec, origin, document: index };
  switch (kind) {
    case 'Operator':
      into.operators.push({ ...declared, kind, entries: entryOrigins(file, document.node, operatorLists) });
      break;
    case 'Router':
      into.routers.push({ ...declared, kind, entries: routerEntries(file, document.node) });
      break;
    case 'Service':
      into.services.push({ ...declared, kind });
      break;
    case 'PortalSite':
      into.portalSites.push({ ...declared, kind });
      break;
    case 'OmadaController':
      into.omadaControllers.push({ ...declared, kind });
      break;
    case 'Scenario':
      into.scenarios.push({ ...declared, kind });
      break;
    default:
      into.subscribers.push({ ...declared, kind: 'Subscriber' });
  }
}

const operatorLists = [
  ['radius', 'clients'],
  ['reconcile', 'ignore'],
] as const;
const routerLists = [
  ['pools'],
  ['ipv6Pools'],
  ['dhcp'],
  ['hotspots'],
  ['certificates'],
  ['reconcile', 'ignore'],
] as const;
const perService = [
  ...(['service', 'username', 'password', 'router', 'auth', 'address', 'ipv6', 'routes', 'mac'] as const),
  'attributes',
] as const;

function collectList(
  into: Collected,
  file: YamlFile,
  document: YamlDocument,
  index: number,
  errors: readonly ErrorObject[],
): void {
  const steps = errors.map((error) => pathOf(error.instancePath));
  if (steps.some((path) => path[0] !== 'items' || path.length < 2)) return;
  const bad = new Set(steps.map((path) => Number(path[1])));
  const { metadata, defaults, items } = document.value as unknown as SubscriberList;
  const nodes = itemNodes(document.node);
  const name = metadata.name;
  into.lists.push({
    kind: 'SubscriberList',
    name,
    labels: {},
    previousNames: [],
    spec: undefined,
    origin: originOf(file, document.node),
    document: index,
  });
  for (const [item, fields] of items.entries()) {
    if (bad.has(item)) continue;
    const { name, labels, annotations, previousNames, ...spec } = underDefaults(defaults, fields);
    const origin = originOf(file, nodes[item] ?? null);
    into.subscribers.push({
      kind: 'Subscriber',
      name,
      labels: labels ?? {},
      previousNames: previousNames ?? [],
      ...(annotations === undefined ? {} : { annotations }),
      spec,
      origin,
      document: index,
      item,
    });
  }
}

type Item = SubscriberList['items'][number];

/** An item over its defaults. Where it lists `services`, defaults of a single service go under each of them. */
function underDefaults(defaults: SubscriberList['defaults'], item: Item): Item {
  if (defaults === undefined) return item;
  if (item.services === undefined) return { ...defaults, ...item };
  const shared = Object.fromEntries(
    Object.entries(defaults).filter(([key]) => (perService as readonly string[]).includes(key)),
  );
  const rest = Object.fromEntries(Object.entries(defaults).filter(([key]) => !(key in shared)));
  return { ...rest, ...item, services: item.services.map((entry) => ({ ...shared, ...entry })) };
}

function itemNodes(root: ParsedNode | null): readonly (ParsedNode | null)[] {
  const items =
    root === null ? undefined : (root as { get?: (key: string, keep: boolean) => unknown }).get?.('items', true);
  return isSeq(items) ? (items.items as (ParsedNode | null)[]) : [];
}

function entryOrigins(
  file: YamlFile,
  root: ParsedNode | null,
  lists: readonly (readonly string[])[],
): ReadonlyMap<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const list of lists) {
    const node = nodeAt(root, ['spec', ...list]);
    for (const [index, entry] of (isSeq(node) ? node.items : []).entries()) {
      origins.set(`${list.join('/')}/${index}`, originOf(file, entry as ParsedNode | null));
    }
  }
  return origins;
}

/** Origins of a router's lists, and of each menu of its `config` with its rows. */
function routerEntries(file: YamlFile, root: ParsedNode | null): ReadonlyMap<string, Origin> {
  const origins = new Map(entryOrigins(file, root, routerLists));
  const menus = nodeAt(root, ['spec', 'config']);
  for (const { key, value } of isMap<ParsedNode, ParsedNode | null>(menus) ? menus.items : []) {
    const path = `config/${String(isScalar(key) ? key.value : '')}`;
    origins.set(path, originOf(file, key));
    for (const [index, row] of (isSeq(value) ? value.items : []).entries()) {
      origins.set(`${path}/${index}`, originOf(file, row as ParsedNode | null));
    }
  }
  return origins;
}

function nodeAt(root: ParsedNode | null, path: readonly string[]): unknown {
  return (root as { getIn?: (path: readonly string[], keep: boolean) => unknown } | null)?.getIn?.(path, true);
}

function originOf(file: YamlFile, node: ParsedNode | null): Origin {
  const { line, column } = file.at(node === null ? 0 : firstKey(node).start);
  return { file: file.path, line, column };
}

function rememberBroken(into: Collected, kind: Kind, name: string | undefined): void {
  if (kind === 'Operator') into.incomplete.operator = true;
  if (kind === 'Router') into.incomplete.router = true;
  if (kind === 'Router' && name !== undefined) into.broken.router.add(name);
  if (kind === 'Service' && name !== undefined) into.broken.service.add(name);
  if (kind === 'OmadaController' && name !== undefined) into.broken.omadaController.add(name);
  if (kind === 'PortalSite' && name !== undefined) into.broken.portalSite.add(name);
}

function nameOf(fields: Readonly<Record<string, Plain>>): string | undefined {
  const { metadata } = fields;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return undefined;
  const { name } = metadata as Readonly<Record<string, Plain>>;
  return typeof name === 'string' ? name : undefined;
}

function issueAt(
  file: YamlFile,
  document: YamlDocument,
  path: Path,
  on: 'key' | 'value',
  code: string,
  message: string,
  hint?: string,
): Issue {
  const { start, end } = locate(document.node, path, on);
  return placed(file, start, end, code, message, hint);
}

function placed(file: YamlFile, start: number, end: number, code: string, message: string, hint?: string): Issue {
  return {
    severity: 'error',
    code,
    message,
    file: file.path,
    ...file.at(start, end),
    ...(hint === undefined ? {} : { hint }),
  };
}
