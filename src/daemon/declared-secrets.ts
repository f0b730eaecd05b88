import { Secret } from '../base/secret.ts';
import type { SecretLookup } from '../model/secret-values.ts';
import { secretResolver } from '../secrets/secret-resolver.ts';

export interface SecretSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Secrets that `env` may lack, read each time. */
  readonly secretsBeside?: () => Readonly<Record<string, string>>;
  /** Folder of `{file: …}` secrets. */
  readonly secretsDir?: string;
}

/** Looks up secrets as they are now. */
export function resolverOf({ env, secretsBeside, secretsDir }: SecretSettings): ReturnType<typeof secretResolver> {
  const all = secretsBeside === undefined ? env : { ...secretsBeside(), ...env };
  return secretResolver({ env: all, ...(secretsDir === undefined ? {} : { folder: secretsDir }) });
}

type Resolver = ReturnType<typeof secretResolver> & {
  readonly sealed: (file: string, text: string) => SecretLookup;
};

/** The same, with something in place of what is missing: for whoever is not to have the secrets of a network in service. */
export function madeUp(resolver: Resolver): Resolver {
  const instead = <Found extends SecretLookup>(found: Found, name: string) =>
    found.result === 'missing'
      ? ({ result: 'found', secret: new Secret(`made-up-${name}-of-thirty-two-symbols`) } as const)
      : found;
  return {
    ...resolver,
    env: (name) => instead(resolver.env(name), name),
    file: (path) => instead(resolver.file(path), path),
    sealed: (file, text) => instead(resolver.sealed(file, text), file),
  };
}
