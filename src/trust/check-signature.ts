import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Commit } from '../git/commit-object.ts';
import { GitError } from '../git/errors.ts';
import type { Signer, SigningKey, TrustRules } from '../model/kinds/trust.ts';
import { isSshSignature, parseSshKey, parseSshSignature } from './ssh-signature.ts';

/** Who has signed a commit, or why nobody that counts has. */
export type SignatureVerdict = { readonly signer: Signer; readonly key: SigningKey } | CommitFlaw;

/** Why a commit does not count. */
export interface CommitFlaw {
  /** Stable. */
  readonly code:
    | 'LM_COMMIT_UNSIGNED'
    | 'LM_COMMIT_FORGED'
    | 'LM_COMMIT_UNKNOWN_KEY'
    | 'LM_COMMIT_REVOKED'
    | 'LM_COMMIT_EXPIRED'
    | 'LM_COMMIT_PERSON'
    | 'LM_COMMIT_MERGE'
    | 'LM_COMMIT_LIMITS';
  readonly why: string;
}

const longestMs = 30_000;

/**
 * Checks the signature of a commit, by `ssh-keygen` or by `gpg`, each with one pinned key and nothing else of this machine.
 *
 * @throws GitError when the program is not there: whether it is signed cannot be told
 */
export async function checkSignature(commit: Commit, { signers }: TrustRules): Promise<SignatureVerdict> {
  const { signature } = commit;
  if (signature === undefined) return { code: 'LM_COMMIT_UNSIGNED', why: 'it is not signed' };
  return isSshSignature(signature)
    ? await checkSsh(commit.payload, signature, signers)
    : await checkPgp(commit.payload, signature, signers);
}

async function checkSsh(payload: Buffer, signature: string, signers: readonly Signer[]): Promise<SignatureVerdict> {
  const said = parseSshSignature(signature);
  if (said === undefined) return forged('its signature cannot be read');
  if (said.namespace !== 'git') return forged(`its signature is made for ${said.namespace}, not for git`);
  for (const signer of signers) {
    for (const key of signer.keys) {
      const known = key.type === 'ssh' ? parseSshKey(key.text) : undefined;
      if (known?.key !== said.key) continue;
      const isRight = await inFolder(async (dir) => {
        const [allowed, file] = [join(dir, 'allowed'), join(dir, 'signature')];
        await writeFile(allowed, `signer namespaces="git" ${known.type} ${known.key}\n`);
        await writeFile(file, signature);
        const args = ['-Y', 'verify', '-f', allowed, '-I', 'signer', '-n', 'git', '-s', file];
        return (await run('ssh-keygen', args, payload, dir)).code === 0;
      });
      return isRight ? { signer, key } : forged(`its signature by the key of ${signer.name} is not right`);
    }
  }
  return unknownKey;
}

const unknownKey = {
  code: 'LM_COMMIT_UNKNOWN_KEY',
  why: 'it is signed by a key that is none of a declared signer',
} as const;

function forged(why: string): CommitFlaw {
  return { code: 'LM_COMMIT_FORGED', why };
}

/** Every key is tried in a folder of its own: what gpg says of a key that is not pinned there is nothing. */
async function checkPgp(payload: Buffer, signature: string, signers: readonly Signer[]): Promise<SignatureVerdict> {
  for (const signer of signers) {
    for (const key of signer.keys.filter(({ type }) => type === 'pgp')) {
      const status = await inFolder(async (dir) => {
        const [keyFile, file] = [join(dir, 'key.asc'), join(dir, 'signature.asc')];
        await writeFile(keyFile, key.text);
        await writeFile(file, signature);
        const common = [
          '--homedir',
          dir,
          '--batch',
          '--no-tty',
          '--no-autostart',
          '--no-auto-key-retrieve',
          '--trust-model',
          'always',
        ];
        await run('gpg', [...common, '--import', keyFile], Buffer.alloc(0), dir);
        return (await run('gpg', [...common, '--status-fd', '1', '--verify', file, '-'], payload, dir)).out;
      });
      const said = (word: string): boolean => status.includes(`[GNUPG:] ${word} `);
      if (said('BADSIG')) return forged(`its signature by the key of ${signer.name} is not right`);
      if (said('REVKEYSIG'))
        return { code: 'LM_COMMIT_REVOKED', why: `the key of ${signer.name} that it is signed by is revoked` };
      if (said('EXPKEYSIG') || said('EXPSIG'))
        return { code: 'LM_COMMIT_EXPIRED', why: `the key of ${signer.name} that it is signed by has expired` };
      if (said('GOODSIG') && said('VALIDSIG')) return { signer, key };
    }
  }
  return unknownKey;
}

async function inFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'lastmile-trust-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function run(
  program: string,
  args: readonly string[],
  input: Buffer,
  dir: string,
): Promise<{ code: number | null; out: string }> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: dir,
      env: { PATH: process.env['PATH'], HOME: dir, GNUPGHOME: dir, LC_ALL: 'C.UTF-8' },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: longestMs,
      killSignal: 'SIGKILL',
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (out.length < 100_000) out += chunk.toString('utf8');
    });
    child.stdin.on('error', () => undefined);
    child.on('error', (cause) =>
      fail(new GitError(`signatures cannot be checked: ${program} cannot be run; is it installed?`, { cause })),
    );
    child.on('close', (code) => done({ code, out }));
    child.stdin.end(input);
  });
}
