import { slug, variableName } from './names.ts';
import type { Node } from './yaml-text.ts';

/** Where secrets go: into variables, or into files below a folder. */
export type SecretStyle = 'env' | 'file';

/** What was moved out: by the name of its variable, or its path. */
export type StoredSecrets = ReadonlyMap<string, string>;

export interface SecretStore {
  /** Moves a value out, and says how a document refers to it. */
  keep(words: readonly string[], value: string, folder?: string): Node;
  kept(): StoredSecrets;
}

/** @param taken names and paths that are in use */
export function secretStore(style: SecretStyle, taken: ReadonlySet<string>): SecretStore {
  const kept = new Map<string, string>();
  return {
    keep(words, value, folder = 'routers') {
      const base = style === 'env' ? variableName(...words) : `${folder}/${words.map(slug).join('/')}`;
      const separator = style === 'env' ? '_' : '-';
      let name = base;
      for (let copy = 2; taken.has(name) || kept.has(name); copy += 1) name = `${base}${separator}${copy}`;
      kept.set(name, value);
      return style === 'env' ? { env: name } : { file: name };
    },
    kept: () => kept,
  };
}
