import type { SubscriberList } from '../model/generated/documents.ts';
import type { Origin } from '../model/origin.ts';
import type { Plain } from './plain-value.ts';
import type { Kind } from './schema-check.ts';

type Fields = Readonly<Record<string, Plain>>;

/** What one `_defaults.yaml` says. */
export interface DefaultsLayer {
  readonly path: string;
  /** By kind. `undefined` where the file has errors: what lies beneath cannot be told. */
  readonly spec: DefaultsSpec | undefined;
  /** Where entries of lists begin that it gives to routers, by `pools/0`. */
  readonly entries: ReadonlyMap<string, Origin>;
}

export type DefaultsSpec = Readonly<Partial<Record<LayeredWord, Fields>>>;

const layeredKinds = {
  Subscriber: 'subscriber',
  Router: 'router',
  Service: 'service',
  PortalSite: 'portalSite',
  OmadaController: 'omadaController',
} as const satisfies Partial<Record<Kind, string>>;

type LayeredWord = (typeof layeredKinds)[keyof typeof layeredKinds];

/** Is this the name of a file of defaults? */
export function isDefaultsPath(path: string): boolean {
  return /(^|\/)_defaults\.ya?ml$/.test(path);
}

/** What a kind is called in a `_defaults.yaml`. `undefined`: no defaults hold for it. */
export function wordOf(kind: string): LayeredWord | undefined {
  return Object.hasOwn(layeredKinds, kind) ? layeredKinds[kind as keyof typeof layeredKinds] : undefined;
}

/** Of files of defaults, those that hold for a path: from the root to its folder. */
export function layersAbove<Layer>(path: string, layers: ReadonlyMap<string, Layer>): readonly Layer[] {
  if (layers.size === 0) return none;
  const names = path.split('/').slice(0, -1);
  const folders = ['', ...names.map((_, at) => `${names.slice(0, at + 1).join('/')}/`)];
  return folders.flatMap((folder) => layers.get(`${folder}_defaults.yaml`) ?? []);
}

const none: readonly never[] = [];

/** All that the layers say of a kind, the nearest winning. `undefined` where they say nothing. */
export function defaultsOf(kind: string, layers: readonly DefaultsLayer[]): Fields | undefined {
  const word = wordOf(kind);
  let all: Fields | undefined;
  for (const { spec } of word === undefined ? [] : layers) {
    const fields = word === undefined ? undefined : spec?.[word];
    if (fields !== undefined) all = all === undefined ? fields : over(all, fields);
  }
  return all;
}

/** Fields over others: the nearer says all of a field, but of labels and annotations only those it names. */
export function over<Far extends Fields, Near extends Fields>(far: Far, near: Near): Far & Near {
  const both: Record<string, unknown> = { ...far, ...near };
  for (const words of ['labels', 'annotations'] as const)
    if (isMap(far[words]) && isMap(near[words]))
      both[words] = { ...(far[words] as Fields), ...(near[words] as Fields) };
  return both as Far & Near;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The document of an object with what holds for it beneath its own. `services` of a subscriber have theirs each. */
export function withDefaults(kind: Kind, document: Fields, layers: readonly DefaultsLayer[]): Fields {
  const defaults = defaultsOf(kind, layers);
  const { metadata, spec } = document;
  if (defaults === undefined || !isMap(spec) || !isMap(metadata)) return document;
  const { labels, annotations, ...fields } = defaults;
  const words = { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
  const own = spec as Fields;
  const under = kind === 'Subscriber' && Array.isArray(own['services']) ? ofSubscriber(fields) : fields;
  const merged = { ...document, metadata: over(words, metadata as Fields), spec: { ...under, ...own } as Fields };
  if (under === fields) return merged;
  const shared = ofService(fields);
  const services = (own['services'] as readonly Fields[]).map((entry): Plain => ({ ...shared, ...entry }) as Fields);
  return { ...merged, spec: { ...merged.spec, services } };
}

type ListDefaults = NonNullable<SubscriberList['defaults']>;

/** What holds for the items of a list: its own defaults over those of the folders. */
export function listDefaults(
  own: ListDefaults | undefined,
  layers: readonly DefaultsLayer[],
): ListDefaults | undefined {
  const far = defaultsOf('Subscriber', layers) as ListDefaults | undefined;
  if (far === undefined || own === undefined) return own ?? far;
  return over(far as Fields, own as unknown as Fields) as ListDefaults;
}

const perService: ReadonlySet<string> = new Set([
  ...(['service', 'username', 'password', 'router', 'auth', 'address', 'ipv6', 'routes', 'mac'] as const),
  'attributes',
]);

/** Of defaults, what goes under each entry of `services`. */
export function ofService<T extends object>(defaults: T): Partial<T> {
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => perService.has(key))) as Partial<T>;
}

/** And what stays with the subscriber. */
export function ofSubscriber<T extends object>(defaults: T): Partial<T> {
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !perService.has(key))) as Partial<T>;
}

/** Of entries that layers give to a router, those of fields which it does not say itself. */
export function inheritedEntries({ spec }: Fields, layers: readonly DefaultsLayer[]): ReadonlyMap<string, Origin> {
  const said = new Set(isMap(spec) ? Object.keys(spec) : []);
  const found = new Map<string, Origin>();
  for (const { spec: given, entries } of layers.toReversed()) {
    for (const [key, origin] of entries) if (!said.has(key.split('/')[0] ?? '')) found.set(key, origin);
    for (const field of Object.keys(given?.router ?? {})) said.add(field);
  }
  return found;
}
