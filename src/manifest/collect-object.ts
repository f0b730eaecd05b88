import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { Declared, SubscriberSpec } from '../model/declarations.ts';
import type { Metadata, SubscriberList } from '../model/generated/documents.ts';
import type { Origin } from '../model/origin.ts';
import type { Collected } from './collected.ts';
import { type DefaultsLayer, listDefaults, ofService, ofSubscriber } from './defaults.ts';
import { firstKey, type Path } from './locate.ts';
import type { Plain } from './plain-value.ts';
import type { Kind } from './schema-check.ts';
import type { YamlFile } from './yaml-file.ts';

export type Fields = Readonly<Record<string, Plain>>;

/** Where a document and its parts stand. */
export interface Placement {
  /** Number of the document in its file, from 0. */
  readonly document: number;
  readonly origin: Origin;
  /** Where an entry of its `items` begins. */
  item(index: number): Origin;
  /** Where entries of lists in its spec begin: asked for of these kinds. */
  entries(kind: 'Operator' | 'Router' | 'Policy'): ReadonlyMap<string, Origin>;
}

/** By the nodes of a document. */
export function placementIn(file: YamlFile, root: ParsedNode | null, document: number): Placement {
  const nodes = itemNodes(root);
  return {
    document,
    origin: originOf(file, root),
    item: (index) => originOf(file, nodes[index] ?? null),
    entries: (kind) =>
      kind === 'Router'
        ? routerEntries(file, root, ['spec'])
        : entryOrigins(file, root, ['spec'], kind === 'Policy' ? policyLists : operatorLists),
  };
}

const noEntries: ReadonlyMap<string, Origin> = new Map();

/** Adds the object of a document that meets its schema. */
export function collectObject(
  into: Collected,
  kind: Kind,
  value: Fields,
  place: Placement,
  inherited: ReadonlyMap<string, Origin> = noEntries,
): void {
  const { metadata, spec } = value as unknown as { metadata: Metadata; spec: never };
  const { annotations } = metadata;
  const declared = {
    name: metadata.name,
    labels: metadata.labels ?? {},
    previousNames: metadata.previousNames ?? [],
    ...(annotations === undefined ? {} : { annotations }),
    ...{ spec, origin: place.origin, document: place.document },
  };
  switch (kind) {
    case 'Operator':
      into.operators.push({ ...declared, kind, entries: place.entries(kind) });
      break;
    case 'Router':
      into.routers.push({ ...declared, kind, entries: new Map([...inherited, ...place.entries(kind)]) });
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
    case 'Policy':
      into.policies.push({ ...declared, kind, entries: place.entries(kind) });
      break;
    case 'Scenario':
      into.scenarios.push({ ...declared, kind });
      break;
    default:
      into.subscribers.push({ ...declared, kind: 'Subscriber' });
  }
}

/**
 * Adds what a list declares.
 *
 * @param wrong places of what does not meet the schema: where one of them is not in an item, nothing is added
 */
export function collectList(
  into: Collected,
  value: Fields,
  place: Placement,
  wrong: readonly Path[],
  layers: readonly DefaultsLayer[],
): void {
  if (wrong.some((path) => path[0] !== 'items' || path.length < 2)) return;
  const bad = new Set(wrong.map((path) => Number(path[1])));
  const { metadata, defaults, items } = value as unknown as SubscriberList;
  const { document, origin } = place;
  const { name } = metadata;
  into.lists.push({
    ...{ kind: 'SubscriberList', name, labels: {}, previousNames: [], spec: undefined, origin, document },
  });
  const shared = sharedFields(listDefaults(defaults, layers));
  for (const [item, fields] of items.entries()) {
    if (!bad.has(item)) into.subscribers.push(subscriberOf(fields, shared, place.item(item), document, item));
  }
}

const operatorLists = [
  ['radius', 'clients'],
  ['reconcile', 'ignore'],
] as const;
const policyLists = [['rules'], ['tests']] as const;
const routerLists = [
  ['pools'],
  ['ipv6Pools'],
  ['dhcp'],
  ['hotspots'],
  ['certificates'],
  ['reconcile', 'ignore'],
] as const;
const identity: ReadonlySet<string> = new Set(['name', 'labels', 'annotations', 'previousNames']);

type Item = SubscriberList['items'][number];
type Defaults = NonNullable<SubscriberList['defaults']>;
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type Spec = Writable<SubscriberSpec>;

/** What items have that do not say otherwise. */
interface SharedFields {
  readonly labels: Defaults['labels'];
  readonly annotations: Defaults['annotations'];
  readonly spec: SubscriberSpec;
  /** Those of it that a service has, and those of the subscriber himself. */
  readonly ofService: Spec;
  readonly ofSubscriber: Spec;
}

const nothingShared: SharedFields = {
  ...{ labels: undefined, annotations: undefined, spec: {}, ofService: {}, ofSubscriber: {} },
};

function sharedFields(defaults: Defaults | undefined): SharedFields {
  if (defaults === undefined) return nothingShared;
  const { labels, annotations, ...spec } = defaults;
  return { labels, annotations, spec, ofService: ofService(spec), ofSubscriber: ofSubscriber(spec) };
}

/** An item over its defaults. Where it lists `services`, defaults of a single service go under each of them. */
function subscriberOf(
  fields: Item,
  shared: SharedFields,
  origin: Origin,
  document: number,
  item: number,
): Declared<SubscriberSpec> {
  const { name, services, previousNames = noNames } = fields;
  const annotations = bothOf(shared.annotations, fields.annotations);
  const labels = bothOf(shared.labels, fields.labels) ?? noLabels;
  const spec: Spec = { ...(services === undefined ? shared.spec : shared.ofSubscriber) };
  // Field by field: of a hundred thousand, one copy each is what takes the time.
  for (const key in fields) if (!identity.has(key)) (spec as Record<string, unknown>)[key] = fields[key as keyof Item];
  if (services !== undefined) spec.services = services.map((entry) => ({ ...shared.ofService, ...entry }));
  const declared = { kind: 'Subscriber', name, labels, previousNames, spec, origin, document, item } as const;
  return annotations === undefined ? declared : { ...declared, annotations };
}

/** Words of an item beside those of its list. */
function bothOf<Words extends object>(shared: Words | undefined, own: Words | undefined): Words | undefined {
  return shared === undefined || own === undefined ? (own ?? shared) : { ...shared, ...own };
}

const noLabels: Declared<unknown>['labels'] = {};
const noNames: readonly string[] = [];

function itemNodes(root: ParsedNode | null): readonly (ParsedNode | null)[] {
  const items =
    root === null ? undefined : (root as { get?: (key: string, keep: boolean) => unknown }).get?.('items', true);
  return isSeq(items) ? (items.items as (ParsedNode | null)[]) : [];
}

function entryOrigins(
  file: YamlFile,
  root: ParsedNode | null,
  base: readonly string[],
  lists: readonly (readonly string[])[],
): ReadonlyMap<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const list of lists) {
    const node = nodeAt(root, [...base, ...list]);
    for (const [index, entry] of (isSeq(node) ? node.items : []).entries()) {
      origins.set(`${list.join('/')}/${index}`, originOf(file, entry as ParsedNode | null));
    }
  }
  return origins;
}

/** Origins of a router's lists, and of each menu of its `config` with its rows. */
export function routerEntries(
  file: YamlFile,
  root: ParsedNode | null,
  base: readonly string[],
): ReadonlyMap<string, Origin> {
  const origins = new Map(entryOrigins(file, root, base, routerLists));
  const menus = nodeAt(root, [...base, 'config']);
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
