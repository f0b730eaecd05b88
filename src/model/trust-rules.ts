import { compact } from '../base/compact.ts';
import type { OperatorSpec } from './declarations.ts';
import type { Signer, SigningKey, TrustRules } from './kinds/trust.ts';

type Spec = NonNullable<NonNullable<OperatorSpec['source']>['verify']>;

/** Told of what is wrong: words, and where below `verify`. */
type Complain = (message: string, path: readonly (string | number)[], hint?: string) => void;

/** `source.verify` as it is judged by. Pure: a commit is judged by what one before it declares, too. */
export function trustRulesOf({ signers }: Spec, complain: Complain): TrustRules {
  const names = new Set<string>();
  return {
    signers: signers.map((spec, index): Signer => {
      const { name, emails, keys, forge, may } = spec;
      const path = ['signers', index];
      if (names.has(name)) complain(`there is another signer ${name}`, [...path, 'name']);
      names.add(name);
      const known = keys.map((key, at) => signingKey(key, complain, [...path, 'keys', at]));
      return compact({ name, emails, keys: known, forge, may });
    }),
  };
}

function signingKey(
  { ssh, pgp, from, until, revoked }: Spec['signers'][number]['keys'][number],
  complain: Complain,
  path: readonly (string | number)[],
): SigningKey {
  if ((ssh === undefined) === (pgp === undefined)) complain('a key is either ssh or pgp', path);
  if (ssh !== undefined && !sshKey.test(ssh.trim())) {
    complain('this is no public key of SSH', [...path, 'ssh'], 'the one line of a .pub file: ssh-ed25519 AAAA…');
  }
  if (pgp !== undefined && !pgp.trim().startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----')) {
    complain('this is no armoured public key', [...path, 'pgp'], 'what gpg --armor --export KEY prints');
  }
  const time = (text: string | undefined, field: string): number | undefined => {
    if (text === undefined) return undefined;
    const ms = instant.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(ms)) complain(`"${text}" is no time`, [...path, field], 'as 2026-01-31T00:00:00Z');
    return Number.isNaN(ms) ? undefined : ms;
  };
  return compact({
    type: ssh === undefined ? ('pgp' as const) : ('ssh' as const),
    text: ssh?.trim() ?? pgp ?? '',
    from: time(from, 'from'),
    until: time(until, 'until'),
    revoked,
  });
}

const sshKey =
  /^(sk-)?(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521))(@openssh\.com)? [A-Za-z0-9+/]{40,}={0,2}([ \t].*)?$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;
