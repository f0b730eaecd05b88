import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BareRepository } from './bare-repository.ts';

/** A new key of SSH. @returns what git signs by, and the public key */
export function sshKey(
  { folder }: BareRepository,
  name: string,
): { readonly flags: readonly string[]; readonly pub: string } {
  const file = join(folder.path, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  return {
    flags: ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${file}`],
    pub: readFileSync(`${file}.pub`, 'utf8').trim(),
  };
}

/** A new key of PGP in a home of its own. */
export function pgpKey({ folder }: BareRepository, email: string): { readonly home: string; readonly pub: string } {
  const home = join(folder.path, `gnupg-${email.split('@')[0]}`);
  execFileSync('mkdir', ['-m', '700', home]);
  const gpg = (...args: readonly string[]) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  gpg(
    '--passphrase',
    '',
    '--pinentry-mode',
    'loopback',
    '--quick-gen-key',
    `Op <${email}>`,
    'ed25519',
    'sign',
    'never',
  );
  return { home, pub: gpg('--armor', '--export', email) };
}
