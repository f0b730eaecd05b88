import type { Secret } from '../base/secret.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import { error, placeOf, type Resolving } from './resolving.ts';
import type { SecretField } from './secret-values.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** Which entry of `services` something belongs to. */
export interface EntryPart {
  readonly name: string;
  readonly index: number;
}

/** Username and password; neither for somebody known by devices; `undefined` when one is there without the other. */
export function resolveLogin(
  to: Resolving,
  declared: Declaration,
  { username, password: field }: Pick<SubscriberSpec, 'username' | 'password'>,
  part: EntryPart | undefined,
  path: Steps,
  context: { readonly usernames: Map<string, Declaration> },
): { readonly username?: string; readonly password?: Secret } | undefined {
  if (username !== undefined) checkUsername(to, declared, username, [...path, 'username'], context);
  if (username === undefined && field === undefined) return {};
  if (username === undefined || field === undefined) {
    const missing = username === undefined ? 'username' : 'password';
    const message = `"${missing}" of the subscriber "${declared.name}" is missing`;
    error(to, 'LM_MISSING_KEY', message, declared, [], 'a username and a password go together');
    return undefined;
  }
  const password = to.secrets.read(field, secretUse(declared, part));
  checkPassword(to, declared, field, password, [...path, 'password']);
  return { username, password };
}

function secretUse(declared: Declaration, part: EntryPart | undefined) {
  return {
    place: declared,
    kind: 'Subscriber' as const,
    firstName: declared.previousNames[0] ?? declared.name,
    field: part === undefined ? 'password' : `services.${part.name}.password`,
    path: part === undefined ? ['password'] : ['services', part.index, 'password'],
    symbols: 16 as const,
  };
}

function checkUsername(
  to: Resolving,
  declared: Declaration,
  username: string,
  path: Steps,
  { usernames }: { readonly usernames: Map<string, Declaration> },
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
  // RFC 2865 §5.2: User-Password hides 128 octets at most.
  if (typeof field !== 'object' && Buffer.byteLength(field) <= 128) return;
  if (Buffer.byteLength(password.reveal()) > 128)
    error(to, 'LM_TOO_LONG', 'a password has at most 128 octets', declared, path);
}
