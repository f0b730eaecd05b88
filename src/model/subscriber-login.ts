import { Secret } from '../base/secret.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import type { ServicePlan } from './kinds/service.ts';
import type { Owners } from './owners.ts';
import { parsePasswordHash } from './password-hash.ts';
import { error, placeOf, type Resolving, warning } from './resolve/resolving.ts';
import type { SecretField } from './secret-values.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** Which entry of `services` something belongs to. */
export interface EntryPart {
  readonly name: string;
  readonly index: number;
}

/** What somebody is known by besides devices. */
export interface ResolvedLogin {
  readonly username?: string;
  readonly password?: Secret;
  readonly passwordHash?: Secret;
  readonly passphrase?: Secret;
}

/**
 * Username and password; neither for somebody known by devices, whose password is then the passphrase of wireless ones;
 * `undefined` when one is there without the other.
 */
export function resolveLogin(
  to: Resolving,
  declared: Declaration,
  { username, password: field, ntHash }: Pick<SubscriberSpec, 'username' | 'password' | 'ntHash'>,
  part: EntryPart | undefined,
  path: Steps,
  service: ServicePlan | undefined,
  context: { readonly usernames: Owners<string> },
): ResolvedLogin | undefined {
  if (username !== undefined) checkUsername(to, declared, username, [...path, 'username'], context);
  if (ntHash !== undefined && field !== undefined) {
    const message = '"password" and "ntHash" exclude each other';
    error(to, 'LM_PASSWORD_FORM', message, declared, [...path, 'ntHash'], 'without "password", NT hash alone');
    return undefined;
  }
  const hash = resolveHash(to, declared, field, ntHash, part, path);
  if (username === undefined && field === undefined && ntHash === undefined) return {};
  if (username !== undefined && hash !== undefined) return { username, passwordHash: hash };
  if (
    username === undefined &&
    field !== undefined &&
    !isHash(field) &&
    service?.access.includes('wireless') === true
  ) {
    return { passphrase: passphrase(to, declared, field, part, [...path, 'password']) };
  }
  if (username === undefined || field === undefined || isHash(field)) {
    const missing = username === undefined ? 'username' : 'password';
    const message = `"${missing}" of the subscriber "${declared.name}" is missing`;
    error(to, 'LM_MISSING_KEY', message, declared, [], 'a username and a password go together');
    return undefined;
  }
  const password = to.secrets.read(field, secretUse(declared, part));
  checkPassword(to, declared, field, password, [...path, 'password']);
  return { username, password };
}

/** A hash in place of the password: in one of the forms there are, or an empty secret, which is reported. */
function resolveHash(
  to: Resolving,
  declared: Declaration,
  field: SubscriberSpec['password'],
  ntHash: SecretField | undefined,
  part: EntryPart | undefined,
  path: Steps,
): Secret | undefined {
  if (ntHash !== undefined) {
    const secret = to.secrets.read(ntHash, secretUse(declared, part, 'ntHash'));
    const text = `{NT}${secret.reveal()}`;
    if (!to.secrets.unknown(secret) && parsePasswordHash(text) === undefined) {
      const message = 'an NT hash has 32 hexadecimal digits';
      error(to, 'LM_PASSWORD_FORM', message, declared, [...path, 'ntHash']);
    }
    return new Secret(text);
  }
  if (field === undefined || !isHash(field)) return undefined;
  // A salted hash may stand in git: it is not counted among the secrets there.
  const secret =
    typeof field.hash === 'string'
      ? new Secret(field.hash)
      : to.secrets.read(field.hash, secretUse(declared, part, 'password.hash'));
  if (to.secrets.unknown(secret)) return secret;
  const kept = secret.reveal();
  const known = kept.startsWith('{NT}') ? undefined : parsePasswordHash(kept);
  if (known === undefined) {
    const message = kept.startsWith('{NT}') ? 'an NT hash has a field of its own, "ntHash"' : 'no known form of a hash';
    const hint =
      '{SSHA}, {SSHA256}, {SSHA512}, bcrypt ($2b$10$…, at most 14), or scrypt or Argon2 ($argon2id$v=19$…) of at most 128 MB';
    error(to, 'LM_PASSWORD_FORM', message, declared, [...path, 'password', 'hash'], hint);
  }
  return secret;
}

function isHash(
  field: NonNullable<SubscriberSpec['password']>,
): field is { readonly hash: string | Exclude<SecretField, string> } {
  return typeof field === 'object' && 'hash' in field && field.hash !== undefined;
}

function passphrase(
  to: Resolving,
  declared: Declaration,
  field: SecretField,
  part: EntryPart | undefined,
  path: Steps,
): Secret {
  const secret = to.secrets.read(field, secretUse(declared, part));
  const text = secret.reveal();
  // IEEE 802.11-2020 J.4.1: 8 to 63 printable characters, or the key itself.
  if (!to.secrets.unknown(secret) && !/^([ -~]{8,63}|[0-9A-Fa-f]{64})$/.test(text)) {
    const message = 'a passphrase has 8 to 63 letters, digits and signs of ASCII';
    error(to, 'LM_PASSPHRASE', message, declared, path);
  }
  return secret;
}

function secretUse(
  declared: Declaration,
  part: EntryPart | undefined,
  field: 'password' | 'password.hash' | 'ntHash' = 'password',
) {
  const steps = field.split('.');
  return {
    place: declared,
    kind: 'Subscriber' as const,
    firstName: declared.previousNames[0] ?? declared.name,
    field: part === undefined ? field : `services.${part.name}.${field}`,
    path: part === undefined ? steps : ['services', part.index, ...steps],
    symbols: 16 as const,
  };
}

function checkUsername(
  to: Resolving,
  declared: Declaration,
  username: string,
  path: Steps,
  { usernames }: { readonly usernames: Owners<string> },
): void {
  // RFC 2865 §5.1: an attribute holds 253 octets.
  if (Buffer.byteLength(username) > 253) error(to, 'LM_TOO_LONG', 'a username has at most 253 octets', declared, path);
  const first = usernames.get(username);
  if (first === undefined) usernames.set(username, declared);
  else
    error(
      to,
      'LM_DUPLICATE_USERNAME',
      `the username "${username}" is taken by "${first.name}", at ${placeOf(first)}`,
      declared,
      path,
    );
}

function checkPassword(to: Resolving, declared: Declaration, field: SecretField, password: Secret, path: Steps): void {
  if (!to.secrets.unknown(password)) warnOfHash(to, declared, password.reveal(), path);
  // RFC 2865 §5.2: User-Password hides 128 octets at most.
  if (typeof field !== 'object' && Buffer.byteLength(field) <= 128) return;
  if (Buffer.byteLength(password.reveal()) > 128)
    error(to, 'LM_TOO_LONG', 'a password has at most 128 octets', declared, path);
}

/** As crypt(3) and LDAP (RFC 2307) mark what they keep. */
const hashMark =
  /^(\$(1|5|6|7|y|2[abxy]|scrypt|argon2(i|d|id))\$|\{(SSHA(256|512)?|SHA(256|512)?|S?MD5|CRYPT|NT|ARGON2)\})./i;

/** Whoever brings hashes along from another system means them as such; a password may yet look like one. */
function warnOfHash(to: Resolving, declared: Declaration, text: string, path: Steps): void {
  if (!hashMark.test(text)) return;
  const message = `the password of "${declared.name}" looks like a hash, and is taken as the password itself`;
  const hint =
    parsePasswordHash(text) === undefined
      ? 'hashes of this form are not supported: give it another password'
      : text.startsWith('{NT}')
        ? 'as a hash it belongs in "ntHash", without {NT}'
        : 'as a hash it belongs in password: {hash: …}';
  warning(to, 'LM_PASSWORD_LOOKS_HASHED', message, declared, path, hint);
}
