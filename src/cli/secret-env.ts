import { readSecretsFile, secretsFileName } from '../secrets/env-file.ts';
import { isTracked } from '../source/is-tracked.ts';
import { complain } from './complain.ts';
import type { Io } from './io.ts';

/**
 * The environment, and of `.lastmile.env` in the folder of declarations what it does not have. A file that git keeps is not
 * taken from: who means to keep a secret out of git is not told otherwise by a plan that works.
 */
export function environmentOf(dir: string, io: Pick<Io, 'env' | 'err'>): Io['env'] {
  return { ...secretsBeside(dir, io)(), ...io.env };
}

/** The same for what runs on: read anew each time, complained of once. */
export function secretsBeside(dir: string, io: Pick<Io, 'env' | 'err'>): () => Readonly<Record<string, string>> {
  const told = new Set<string>();
  return () => {
    const { values, complaint } = readSecretsFile(dir);
    const tracked = Object.keys(values).length > 0 && isTracked(dir, secretsFileName);
    const words = tracked
      ? `${secretsFileName} in ${dir} is not used: git keeps it. git rm --cached it, and replace the secrets in it`
      : complaint;
    if (words !== undefined && !told.has(words)) complain(new Error(words), { err: io.err });
    if (words !== undefined) told.add(words);
    return tracked ? {} : values;
  };
}
