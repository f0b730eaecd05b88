import { nearest } from '../../base/nearest.ts';
import { isSealedText } from '../../base/sealed-text.ts';
import { Secret } from '../../base/secret.ts';
import type { Declarations, Declared, Placed, Problem } from '../declarations.ts';
import type { ExtraAttribute } from '../kinds/service.ts';
import type { SecretField, SecretReader } from '../secret-values.ts';

/** What every rule works with: the declarations, and where to say what is wrong. */
export interface Resolving {
  readonly declarations: Declarations;
  readonly problems: Problem[];
  readonly secrets: SecretReader;
  /** Error words when an attribute is unknown or its value does not fit. */
  readonly attributeCheck?: (name: string, value: string | number) => string | undefined;
  /** True for an attribute that holds a password or a key. */
  readonly attributeHides?: (name: string) => boolean;
  readonly suggestions: Map<string, string | undefined>;
}

type Steps = readonly (string | number)[];

export function error(to: Resolving, code: string, message: string, place: Placed, path: Steps, hint?: string): void {
  to.problems.push({ severity: 'error', code, message, place, path, ...(hint === undefined ? {} : { hint }) });
}

export function warning(to: Resolving, code: string, message: string, place: Placed, path: Steps, hint?: string): void {
  to.problems.push({ severity: 'warning', code, message, place, path, ...(hint === undefined ? {} : { hint }) });
}

/** `north.yaml:12`. */
export function placeOf({ origin }: Placed): string {
  return `${origin.file}:${origin.line}`;
}

/** Objects by name. The second of a name is reported and left out. */
export function byName<Spec>(to: Resolving, declared: readonly Declared<Spec>[]): ReadonlyMap<string, Declared<Spec>> {
  const found = new Map<string, Declared<Spec>>();
  for (const each of declared) addByName(to, found, each);
  return found;
}

/** Adds one more. The second of a name is reported and left out. */
export function addByName<Spec>(to: Resolving, found: Map<string, Declared<Spec>>, each: Declared<Spec>): void {
  const first = found.get(each.name);
  if (first === undefined) {
    found.set(each.name, each);
    return;
  }
  const message = `the ${each.kind} "${each.name}" is declared twice, first at ${placeOf(first)}`;
  error(to, 'LM_DUPLICATE_NAME', message, each, ['metadata', 'name']);
}

export interface Reference {
  readonly what: 'Service' | 'Router' | 'OmadaController' | 'PortalSite';
  readonly name: string;
  readonly from: Placed;
  readonly path: Steps;
}

/**
 * Reports a reference to a name that nothing declares. Silent when the name is declared by an object that did not pass its
 * schema, or may be declared in a text that could not be read: mending that mends this.
 */
export function unknownReference(to: Resolving, reference: Reference, known: ReadonlyMap<string, unknown>): void {
  const { what, name, from, path } = reference;
  if (to.declarations.broken[brokenOf[what]].has(name) || to.declarations.maybeDeclared(name)) return;
  const key = `${what}\0${name}`;
  if (!to.suggestions.has(key)) to.suggestions.set(key, nearest(name, known.keys()));
  const meant = to.suggestions.get(key);
  const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
  error(to, 'LM_UNKNOWN_REFERENCE', `no ${what} is called "${name}"`, from, path, hint);
}

const brokenOf = {
  Router: 'router',
  Service: 'service',
  OmadaController: 'omadaController',
  PortalSite: 'portalSite',
} as const;

/** Reports a portal site that nothing declares. */
export function checkSite(to: Resolving, name: string, from: Placed, path: Steps): void {
  const sites = to.declarations.portalSites;
  if (sites.some((site) => site.name === name)) return;
  const known = new Map(sites.map((site) => [site.name, site]));
  unknownReference(to, { what: 'PortalSite', name, from, path }, known);
}

/** An extra attribute as documents write it. */
interface AttributeField {
  readonly name: string;
  readonly value: number | SecretField;
}

/**
 * Checks extra attributes. What holds a password or a key comes back as a secret.
 *
 * @param field where they stand, for what is derived: `attributes`, `services.tv.attributes`
 */
export function checkedAttributes(
  to: Resolving,
  attributes: readonly AttributeField[] | undefined,
  declared: Declared<unknown>,
  path: Steps,
  field = 'attributes',
): readonly ExtraAttribute[] {
  if (attributes === undefined) return noAttributes;
  return attributes.map((each, index) => {
    const at = [...path, index];
    const { name } = each;
    const value = attributeValue(to, each, declared, [...at, 'value'], `${field}.${name}`);
    const text = value instanceof Secret ? value.reveal() : value;
    const unknown = value instanceof Secret && to.secrets.unknown(value);
    const wrong = unknown ? undefined : to.attributeCheck?.(name, text);
    if (wrong !== undefined) {
      const shown = value instanceof Secret ? wrong.replaceAll(JSON.stringify(text), '[secret]') : wrong;
      error(to, 'LM_ATTRIBUTE', shown, declared, at);
    }
    return { name, value };
  });
}

const noAttributes: readonly ExtraAttribute[] = [];

function attributeValue(
  to: Resolving,
  { name, value }: AttributeField,
  declared: Declared<unknown>,
  path: Steps,
  field: string,
): string | number | Secret {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && !isSealedText(value) && (value === '' || to.attributeHides?.(name) !== true))
    return value;
  const kind = declared.kind === 'Service' ? 'Service' : 'Subscriber';
  const firstName = declared.previousNames[0] ?? declared.name;
  return to.secrets.read(value, { place: declared, kind, firstName, field, path: path.slice(1), symbols: 32 });
}

/** Reports entries of a list that carry the same word in `field`. */
export function uniqueEntries<Entry>(
  to: Resolving,
  entries: readonly Entry[],
  key: (entry: Entry) => string,
  place: Placed,
  path: Steps,
  field: string,
): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (seen.has(key(entry))) {
      error(to, 'LM_DUPLICATE_ENTRY', `"${key(entry)}" stands twice in this list`, place, [...path, index, field]);
    }
    seen.add(key(entry));
  }
}
