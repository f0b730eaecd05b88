import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { deriveSecret } from './derive.ts';

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of `{file: PATH}`; absent when none was given. */
  readonly folder?: string;
}

type Lookup =
  | { readonly result: 'found'; readonly secret: Secret }
  | { readonly result: 'missing' | 'refused'; readonly reason: string };

const prefix = 'LASTMILE_SECRET_';
const maxOctets = 64 * 1024;

/** Reads secrets from the environment and from files, and derives them. Each variable and file is read once. */
export function secretResolver(sources: SecretSources) {
  const files = new Map<string, Lookup>();
  return {
    env: (name: string): Lookup => fromEnvironment(sources.env, name),
    file(path: string): Lookup {
      const known = files.get(path);
      if (known !== undefined) return known;
      const read = fromFile(sources.folder, path);
      files.set(path, read);
      return read;
    },
    derive: deriveSecret,
  };
}

function fromEnvironment(env: SecretSources['env'], name: string): Lookup {
  // Otherwise a change that redirects a router could carry any variable of the process to it.
  if (!name.startsWith(prefix))
    return { result: 'refused', reason: `only variables that begin with ${prefix} can be read` };
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) return { result: 'missing', reason: `the variable ${name} is not set` };
  return { result: 'found', secret: new Secret(value) };
}

function fromFile(folder: string | undefined, path: string): Lookup {
  if (folder === undefined) return { result: 'missing', reason: 'no folder of secrets was given (--secrets DIR)' };
  if (isAbsolute(path) || path.split(/[\\/]/).includes('..') || path.includes('\0')) {
    return { result: 'refused', reason: `the secret file "${path}" must lie below the folder of secrets` };
  }
  try {
    const root = realpathSync(folder);
    const real = realpathSync(resolve(root, path));
    const below = relative(root, real);
    if (below === '' || below.split(sep)[0] === '..' || isAbsolute(below)) {
      return { result: 'refused', reason: `the secret file "${path}" leads out of the folder of secrets` };
    }
    return readSecret(real, path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
      return { result: 'missing', reason: `the secret file "${path}" is not there` };
    return {
      result: 'missing',
      reason: `the secret file "${path}" cannot be read: ${codeOf(error) ?? messageOf(error)}`,
    };
  }
}

function readSecret(real: string, path: string): Lookup {
  const handle = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(handle).isFile()) return { result: 'refused', reason: `the secret file "${path}" is no file` };
    const buffer = Buffer.alloc(maxOctets + 1);
    const length = readSync(handle, buffer, 0, buffer.length, 0);
    if (length > maxOctets) return { result: 'refused', reason: `the secret file "${path}" is larger than 64 KiB` };
    return { result: 'found', secret: new Secret(buffer.toString('utf8', 0, length).replace(/\r?\n$/, '')) };
  } finally {
    closeSync(handle);
  }
}
