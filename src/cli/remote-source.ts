import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { compact } from '../base/compact.ts';
import { messageOf } from '../base/errors.ts';
import { parseRef } from '../git/ref-choice.ts';
import type { Credentials } from '../git/remote-access.ts';
import { parseRemoteUrl, type RemoteUrl } from '../git/remote-url.ts';
import { SourceError } from '../source/errors.ts';
import { MirrorSource } from '../source/mirror-source.ts';
import { repositoryPath } from '../source/repository-path.ts';

/** Flags of `run` about a repository elsewhere. */
export interface RemoteFlags {
  readonly repo?: string;
  readonly ref?: string;
  readonly path?: string;
  readonly repoTokenFile?: string;
  readonly repoCa?: string;
  readonly repoSshKey?: string;
  readonly repoKnownHosts?: string;
}

/** What a repository's token may also be given by, as other secrets are. */
const tokenVariable = 'LASTMILE_SECRET_REPO_TOKEN';

/**
 * The repository elsewhere that flags name. `undefined`: they name none.
 *
 * @throws RangeError for flags that cannot be meant
 */
export function mirrorOf(
  flags: RemoteFlags,
  { state }: { readonly state: string },
  env: NodeJS.ProcessEnv,
): MirrorSource | undefined {
  const { repo, ref, path, ...access } = flags;
  if (repo === undefined) {
    const [lonely] = Object.entries({ ref, path, ...access }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    );
    if (lonely !== undefined) throw new RangeError(`${flagOf(lonely)} is of --repo, which is not given`);
    return undefined;
  }
  const remote = parseRemoteUrl(repo);
  checkAccess(remote, access);
  return new MirrorSource({
    remote,
    ref: parseRef(ref),
    path: repositoryPath(path ?? ''),
    stateDir: resolve(state),
    env,
    credentials: () => credentialsOf(access, env),
  });
}

function checkAccess({ protocol }: RemoteUrl, access: Omit<RemoteFlags, 'repo' | 'ref' | 'path'>): void {
  const [ssh, http] = [
    ['repoSshKey', 'repoKnownHosts'],
    ['repoTokenFile', 'repoCa'],
  ] as const;
  const wrong = [...(protocol === 'ssh' ? [] : ssh), ...(protocol === 'https' ? [] : http)].find(
    (name) => access[name] !== undefined,
  );
  if (wrong === undefined) return;
  const needed = wrong === 'repoSshKey' || wrong === 'repoKnownHosts' ? 'SSH' : 'https://';
  throw new RangeError(`${flagOf(wrong)} is of a repository by ${needed}`);
}

async function credentialsOf(access: RemoteFlags, env: NodeJS.ProcessEnv): Promise<Credentials> {
  const { repoTokenFile, repoCa, repoSshKey, repoKnownHosts } = access;
  const token = repoTokenFile === undefined ? env[tokenVariable] : await tokenIn(repoTokenFile);
  const file = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));
  return compact({
    token,
    caFile: file(repoCa),
    sshKeyFile: file(repoSshKey),
    knownHostsFile: file(repoKnownHosts),
  });
}

async function tokenIn(file: string): Promise<string> {
  try {
    const token = (await readFile(file, 'utf8')).trim();
    if (token !== '') return token;
  } catch (error) {
    throw new SourceError(`the token in ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  throw new SourceError(`there is no token in ${file}`);
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
