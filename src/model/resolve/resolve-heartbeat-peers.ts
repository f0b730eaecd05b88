import { compact } from '../../base/compact.ts';
import { Secret } from '../../base/secret.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import { normaliseIp } from '../ipv4.ts';
import type { HeartbeatPeer } from '../kinds/operator.ts';
import type { RadsecSettings } from '../kinds/radius.ts';
import { error, type Resolving, uniqueEntries } from './resolving.ts';

type Spec = NonNullable<NonNullable<NonNullable<OperatorSpec['radius']>['heartbeat']>['peers']>[number];

const path = ['spec', 'radius', 'heartbeat', 'peers'];
/** RFC 2865 §5.2. */
const longestPassword = 128;

/** `radius.heartbeat.peers` of the Operator; `undefined` when there are none. */
export function resolveHeartbeatPeers(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  list: readonly Spec[] = [],
  radsec?: RadsecSettings,
): readonly HeartbeatPeer[] | undefined {
  uniqueEntries(to, list, ({ name }) => name, declared, path, 'name');
  return list.length === 0 ? undefined : list.map((entry, index) => peerOf(to, declared, entry, index, radsec));
}

function peerOf(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  entry: Spec,
  index: number,
  radsec: RadsecSettings | undefined,
): HeartbeatPeer {
  const at = [...path, index];
  const address = normaliseIp(entry.address);
  if (address === undefined) {
    error(to, 'LM_ADDRESS', `"${entry.address}" is no address`, declared, [...at, 'address']);
  }
  const { name, statusServer = true, accountingPort } = entry;
  if (!statusServer && (entry.login === undefined || accountingPort !== undefined)) {
    const what = entry.login === undefined ? 'logins' : 'accounting';
    const message = `there is nothing to ask ${what} of "${name}" by without Status-Server`;
    const hint = entry.login === undefined ? 'declare a login' : 'leave accountingPort out';
    error(to, 'LM_HEARTBEAT', message, declared, [...at, 'statusServer'], hint);
  }
  const tls =
    entry.radsec === undefined ? undefined : tlsOf(to, declared, { ...entry, radsec: entry.radsec }, at, radsec);
  return compact({
    name,
    address: address ?? entry.address,
    authPort: entry.authPort ?? (entry.radsec === undefined ? 1812 : 2083),
    accountingPort,
    secret: sharedSecret(to, declared, entry, index),
    tls,
    statusServer,
    messageAuthenticator: entry.messageAuthenticator ?? 'require',
    login: loginOf(to, declared, entry, index),
  });
}

/** RFC 6614 §2.3: over TLS everybody has the same. */
function sharedSecret(to: Resolving, declared: Declared<OperatorSpec>, entry: Spec, index: number): Secret {
  const { name, secret, radsec } = entry;
  if (secret !== undefined) return secretOf(to, declared, secret, [index, 'secret'], `${name}.secret`);
  if (radsec === undefined) {
    error(to, 'LM_MISSING_KEY', `"secret" of the peer "${name}" is missing`, declared, [...path, index]);
  }
  return new Secret('radsec');
}

/** How it and we know each other over TLS. */
function tlsOf(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  {
    name,
    secret,
    accountingPort,
    radsec: { fingerprint },
  }: Spec & { readonly radsec: { readonly fingerprint: string } },
  at: readonly (string | number)[],
  radsec: RadsecSettings | undefined,
): HeartbeatPeer['tls'] {
  const unused = secret === undefined ? (accountingPort === undefined ? undefined : 'accountingPort') : 'secret';
  if (unused !== undefined) {
    const message = `the peer "${name}" is asked over TLS: it has no use for ${unused}`;
    error(to, 'LM_HEARTBEAT', message, declared, [...at, unused]);
  }
  if (radsec === undefined) {
    const message = `to ask the peer "${name}" over TLS takes a certificate of our own`;
    error(to, 'LM_HEARTBEAT', message, declared, [...at, 'radsec'], 'radius.radsec with certificate and key');
    return undefined;
  }
  const { certificate, key } = radsec;
  return { certificate, key, fingerprint: fingerprint.replaceAll(':', '').toLowerCase() };
}

function loginOf(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { name, login }: Spec,
  index: number,
): HeartbeatPeer['login'] {
  if (login === undefined) return undefined;
  const { username } = login;
  const password = secretOf(to, declared, login.password, [index, 'login', 'password'], `${name}.login.password`);
  if (Buffer.byteLength(password.reveal()) > longestPassword) {
    const message = `the password of the login at "${name}" is longer than PAP carries (${longestPassword} octets)`;
    error(to, 'LM_HEARTBEAT', message, declared, [...path, index, 'login', 'password']);
  }
  if (Buffer.byteLength(username) > 253) {
    const message = `the username of the login at "${name}" is longer than 253 octets`;
    error(to, 'LM_HEARTBEAT', message, declared, [...path, index, 'login', 'username']);
  }
  return { username, password };
}

function secretOf(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  secret: NonNullable<Spec['secret']>,
  at: readonly (string | number)[],
  field: string,
) {
  return to.secrets.read(secret, {
    place: declared,
    kind: 'Operator',
    firstName: declared.previousNames[0] ?? declared.name,
    field: `radius.heartbeat.${field}`,
    path: ['radius', 'heartbeat', 'peers', ...at],
    symbols: 32,
  });
}
