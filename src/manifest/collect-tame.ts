import { collectList, collectObject, type Placement } from './collect-object.ts';
import { type Collected, nothingCollected } from './collected.ts';
import { type DefaultsLayer, isDefaultsPath, withDefaults } from './defaults.ts';
import { isKind, type Kind, schemaErrors } from './schema-check.ts';
import { type Place, readTameYaml, type TameDocument } from './tame-yaml.ts';

/** Kinds of which more than the place of the object is told: where the entries of their lists stand. */
const withEntries: ReadonlySet<Kind> = new Set<Kind>(['Operator', 'Router', 'Policy']);

/**
 * What a text declares, read without its nodes. `undefined` where it is not of that form, or anything is wrong with it: then
 * it is to be read as a whole, which says what.
 */
export function collectTame(path: string, text: string, layers: readonly DefaultsLayer[] = []): Collected | undefined {
  if (isDefaultsPath(path) || layers.some(({ spec }) => spec === undefined)) return undefined;
  const documents = readTameYaml(text);
  if (documents === undefined) return undefined;
  const collected = nothingCollected();
  for (const [index, document] of documents.entries()) {
    const { value } = document;
    const { kind, apiVersion } = value;
    const isPlain = typeof kind === 'string' && isKind(kind) && apiVersion === 'lastmile/v1';
    if (!isPlain || withEntries.has(kind) || Object.hasOwn(value, 'sops')) return undefined;
    const whole = withDefaults(kind, value, layers);
    if (kind === 'Defaults' || schemaErrors(kind, whole).length > 0) return undefined;
    const placement = placementOf(path, document, index);
    if (kind === 'SubscriberList') collectList(collected, value, placement, [], layers);
    else collectObject(collected, kind, whole, placement);
  }
  return collected;
}

function placementOf(file: string, { start, items }: TameDocument, document: number): Placement {
  const origin = (place: Place) => ({ file, line: place.line, column: place.column });
  return {
    document,
    origin: origin(start),
    item: (index) => origin(items[index] ?? start),
    entries: () => new Map(),
  };
}
