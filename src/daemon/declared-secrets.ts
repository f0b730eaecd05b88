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
