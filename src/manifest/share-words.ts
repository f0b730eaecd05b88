import { compact } from '../base/compact.ts';
import type { Declared, SubscriberSpec } from '../model/declarations.ts';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type Entry = Writable<Pick<SubscriberSpec, (typeof common)[number]>>;

/** Fields whose values stand in thousands of subscribers. */
const common = ['service', 'router', 'auth', 'state'] as const;
const noLabels: Declared<unknown>['labels'] = {};
const noNames: readonly string[] = [];

/**
 * Keeps once what subscribers have alike: names of files, services and routers, no labels, no earlier names. What another
 * thread handed over is a copy in every word, and there are a hundred thousand. A subscriber says the same as before; its
 * `spec` is altered in place.
 */
export function wordSharer(): (declared: Declared<SubscriberSpec>) => Declared<SubscriberSpec> {
  const words = new Map<string, string>();
  const shared = (text: string): string => {
    const known = words.get(text);
    if (known === undefined) words.set(text, text);
    return known ?? text;
  };
  const shareIn = (entry: Entry): void => {
    for (const field of common) {
      const value = entry[field];
      if (value !== undefined) entry[field] = shared(value) as never;
    }
  };
  return ({ name, labels: all, annotations, previousNames: names, spec, origin: place, document, item }) => {
    shareIn(spec);
    for (const each of spec.services ?? []) shareIn(each);
    if (spec.username === name) (spec as Writable<SubscriberSpec>).username = name;
    const kind = 'Subscriber' as const;
    const labels = Object.keys(all).length === 0 ? noLabels : all;
    const previousNames = names.length === 0 ? noNames : names;
    const origin = { file: shared(place.file), line: place.line, column: place.column };
    if (annotations !== undefined || item === undefined)
      return compact({ kind, name, labels, annotations, previousNames, spec, origin, document, item });
    // As one literal: its fields lie in the object itself, where those added one by one lie in a table beside it.
    return { kind, name, labels, previousNames, spec, origin, document, item };
  };
}
