import { readYamlFile } from '../manifest/yaml-file.ts';

/** An object as limits of signers look at it: no more than whose it is. */
export interface DeclaredObject {
  readonly kind: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** Routers that it names; of a Router, itself. */
  readonly routers: readonly string[];
  readonly previousNames: readonly unknown[];
  /** All there is of it. */
  readonly text: string;
}

type Plain = Readonly<Record<string, unknown>>;

/**
 * The objects a file declares. Pure.
 *
 * @returns `undefined` for a file of which that cannot be told: what is wrong in it, or of no kind, is nobody's
 */
export function declaredIn(path: string, text: string): readonly DeclaredObject[] | undefined {
  const { documents, issues } = readYamlFile(path, text);
  if (issues.some(({ severity }) => severity === 'error')) return undefined;
  const objects: DeclaredObject[] = [];
  for (const { value } of documents) {
    if (value === null || value === undefined) continue;
    const document = plain(value);
    if (document === undefined || typeof document['kind'] !== 'string') return undefined;
    const found = 'items' in document ? itemsOf(document) : [objectOf(document['kind'], document)];
    for (const object of found) {
      if (object === undefined) return undefined;
      objects.push(object);
    }
  }
  return objects;
}

function itemsOf(list: Plain): readonly (DeclaredObject | undefined)[] {
  const { items, defaults, kind } = list;
  if (!Array.isArray(items)) return [undefined];
  const own = String(kind).replace(/List$/, '');
  const shared = plain(defaults) ?? {};
  return items.map((item) => {
    const fields = plain(item);
    if (fields === undefined) return undefined;
    const { name, labels: _own, previousNames, ...spec } = { ...shared, ...fields };
    const labels = { ...plain(shared['labels']), ...plain(fields['labels']) };
    return objectOf(own, { metadata: { name, labels, previousNames }, spec });
  });
}

function objectOf(kind: string, { metadata, spec }: Plain): DeclaredObject | undefined {
  const { name, labels, previousNames } = plain(metadata) ?? {};
  if (typeof name !== 'string') return undefined;
  const fields = plain(spec) ?? {};
  return {
    kind,
    name,
    labels: plain(labels) ?? {},
    routers: kind === 'Router' ? [name] : routersIn(fields),
    previousNames: Array.isArray(previousNames) ? previousNames : [],
    text: JSON.stringify([metadata, spec]),
  };
}

/** `router`, `routers`, and the same of services within. A selector names none. */
function routersIn({ router, routers, services }: Plain): readonly string[] {
  const named = [router, ...(Array.isArray(routers) ? routers : [])].filter((each) => typeof each === 'string');
  const within = Array.isArray(services) ? services.flatMap((each) => routersIn(plain(each) ?? {})) : [];
  return [...named, ...within];
}

function plain(value: unknown): Plain | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : undefined;
}
