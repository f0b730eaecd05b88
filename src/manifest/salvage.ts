import type { ErrorObject } from 'ajv/dist/2020.js';
import { nearest } from '../base/nearest.ts';
import type { Plain } from './plain-value.ts';
import { type Kind, schemaErrors } from './schema-check.ts';
import { pathOf } from './schema-words.ts';

/**
 * Fields that other documents are checked against. Where one of them is what is wrong, leaving it out would make findings
 * that are none: an address "outside every pool" because the pools could not be read.
 */
const tellsOthers: ReadonlySet<string> = new Set([
  ...['pools', 'auth', 'api', 'routers', 'router', 'address', 'service', 'services', 'username', 'password', 'mac'],
  ...['dhcp', 'hotspots', 'bridge', 'sites', 'ipv6Pools'],
]);

/** What stands in for a field that must be there and says nothing to other documents. */
const standIns: Readonly<Record<string, () => Open>> = { access: () => ['pppoe', 'hotspot', 'dhcp'] };

const rounds = 5;

/** A copy that parts can be taken out of. */
type Open = string | number | boolean | null | Open[] | Fields;

interface Fields {
  [name: string]: Open;
}

/**
 * What is left of a document when its mistakes are taken out, so that the rest can still be checked against other
 * documents and one run finds everything. It is checked only: with an error there is no model. Pure.
 *
 * @returns nothing when what is wrong is what others are checked against
 */
export function salvage(kind: Kind, value: Plain, errors: readonly ErrorObject[]): Plain | undefined {
  // Nearly everything in an Operator is what others are checked against.
  if (kind === 'Operator') return undefined;
  const rest = copyOf(value);
  let open = errors;
  for (let round = 0; round < rounds && open.length > 0; round += 1) {
    for (const error of open) if (!takeOut(rest, error)) return undefined;
    open = schemaErrors(kind, rest);
  }
  return open.length === 0 ? rest : undefined;
}

function takeOut(root: Open, error: ErrorObject): boolean {
  const at = pathOf(error.instancePath).map(String);
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params['additionalProperty']);
    const meant = nearest(name, [...tellsOthers]);
    // A router whose pools are not there may have them under this name, whatever it is.
    return meant === undefined && !lacksPools(root) && remove(root, [...at, name]);
  }
  if (error.keyword !== 'required') return remove(root, at);
  // A portal needs to know whether its router asks RADIUS.
  if (at.at(-1) === 'radius') return false;
  const missing = String(error.params['missingProperty']);
  const standIn = standIns[missing];
  if (standIn === undefined || at.length !== 1) return remove(root, at);
  const parent = follow(root, at);
  if (!isFields(parent)) return false;
  parent[missing] = standIn();
  return true;
}

function lacksPools(root: Open): boolean {
  return isFields(root) && root['kind'] === 'Router' && follow(root, ['spec', 'pools']) === undefined;
}

/** Takes out a field; an entry of a list takes its whole list along, since the places of the others must stay. */
function remove(root: Open, path: readonly string[]): boolean {
  const named = namedPart(path);
  const own = path[0] === 'items' ? path.slice(2) : path.slice(1);
  const inMetadata = path[0] === 'metadata';
  if (own.length === 0 || (inMetadata && own[0] !== 'labels' && own[0] !== 'annotations')) return false;
  if (!inMetadata && own.some((step) => tellsOthers.has(step))) return false;
  const parent = follow(root, named.slice(0, -1));
  const last = named.at(-1);
  if (last === undefined || !isFields(parent)) return false;
  delete parent[last];
  return true;
}

/** The path up to the last step that is a name of the object itself, not a position in a list. */
function namedPart(path: readonly string[]): readonly string[] {
  const skip = path[0] === 'items' ? 2 : 0;
  const position = path.findIndex((step, at) => at >= skip && /^\d+$/.test(step));
  return position === -1 ? path : path.slice(0, position);
}

function follow(root: Open, path: readonly string[]): Open | undefined {
  let value: Open | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isFields(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
}

function isFields(value: Open | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects without a prototype, as they were read: a key called `__proto__` stays a key. */
function copyOf(value: Plain): Open {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value as Open;
  const copy = Object.create(null) as Fields;
  for (const [name, each] of Object.entries(value)) copy[name] = copyOf(each);
  return copy;
}
