import { Secret } from '../../base/secret.ts';
import type { ObservedValue, Value } from '../../reconcile/row.ts';
import type { ApiObject } from '../open-api.ts';
import { objectsIn, textIn } from './fields.ts';
import { listText, readList } from './menus.ts';

/** Keys of a profile that can be written (controller's own specification). */
const writable = [
  ...['authServer', 'acctServer', 'radiusAccountingEnable', 'interimUpdateEnable', 'interimUpdateInterval'],
  ...['wirelessVlanAssignment', 'coaEnable', 'coaPassword', 'requireMessageAuthenticator'],
];

/** A RADIUS profile of a controller as fields of a row. Pure. */
export function profileFields(profile: ApiObject): Readonly<Record<string, ObservedValue>> {
  const accounting = profile['radiusAccountingEnable'] === true;
  const interim = profile['interimUpdateEnable'] === true ? textIn(profile, 'interimUpdateInterval') : undefined;
  return {
    servers: listText(authServers(profile).map(({ address, port }) => `${address} ${port}`)),
    secret: secretOf(profile),
    accounting: String(accounting),
    'accounting-servers': listText(accountingServers(profile).map(({ address, port }) => `${address} ${port}`)),
    'interim-update': interim ?? 'off',
  };
}

/** True when it tells no shared secret: then nobody can say whether it is the declared one. Pure. */
export function hidesSecret(profile: ApiObject): boolean {
  return secretsIn(profile).length === 0;
}

/** What to write of a profile: all that it has, with what is wanted laid over it. Pure. */
export function profileBody(name: string, wanted: Readonly<Record<string, Value>>, there: ApiObject): ApiObject {
  const kept = Object.fromEntries(writable.flatMap((key) => (there[key] == null ? [] : [[key, there[key]]])));
  const { secret, servers, accounting } = wanted;
  const { 'accounting-servers': accountingAt, 'interim-update': interim } = wanted;
  return {
    ...{ radiusAccountingEnable: false, wirelessVlanAssignment: false },
    ...kept,
    name,
    authServer: serversFor(servers, secret, authServers(there)).map((server) => ({
      ...server.kept,
      radiusServerIp: server.address,
      radiusPort: server.port,
      radiusPwd: server.secret,
    })),
    ...(accounting === undefined ? {} : { radiusAccountingEnable: accounting === 'true' }),
    ...(accountingAt === undefined && there['acctServer'] === undefined
      ? {}
      : {
          acctServer: serversFor(accountingAt, secret, accountingServers(there)).map((server) => ({
            ...server.kept,
            accountingServerIp: server.address,
            accountingServerPort: server.port,
            accountingServerPwd: server.secret,
          })),
        }),
    ...(typeof interim === 'string' ? { interimUpdateEnable: true, interimUpdateInterval: Number(interim) } : {}),
  };
}

interface Server {
  readonly address: string;
  readonly port: number;
  readonly secret: string | undefined;
  /** As it came. */
  readonly kept: ApiObject;
}

function authServers(profile: ApiObject): readonly Server[] {
  return objectsIn(profile, 'authServer').map((kept) => ({
    address: textIn(kept, 'radiusServerIp') ?? '',
    port: Number(kept['radiusPort'] ?? 1812),
    secret: textIn(kept, 'radiusPwd'),
    kept,
  }));
}

function accountingServers(profile: ApiObject): readonly Server[] {
  return objectsIn(profile, 'acctServer').map((kept) => ({
    address: textIn(kept, 'accountingServerIp') ?? '',
    port: Number(kept['accountingServerPort'] ?? 1813),
    secret: textIn(kept, 'accountingServerPwd'),
    kept,
  }));
}

/** Those wanted, with what is kept of a server at the same address; those that are there where none are said. */
function serversFor(wanted: Value | undefined, secret: Value | undefined, there: readonly Server[]): readonly Server[] {
  const told = secret instanceof Secret ? secret.reveal() : undefined;
  const at =
    typeof wanted === 'string'
      ? readList(wanted).map((text) => {
          const [address = '', port = ''] = text.split(' ');
          return { address, port: Number(port) };
        })
      : there;
  return at.map(({ address, port }) => {
    const known = there.find((server) => server.address === address);
    return { address, port, secret: told ?? known?.secret, kept: known?.kept ?? {} };
  });
}

/** Shared secrets as they came: in clear text (6.2), or not at all. */
function secretsIn(profile: ApiObject): readonly string[] {
  const all = [...authServers(profile), ...accountingServers(profile)].flatMap(({ secret }) => secret ?? []);
  return all.every((secret) => /^\*+$/.test(secret)) ? [] : all;
}

function secretOf(profile: ApiObject): ObservedValue {
  const told = secretsIn(profile).map((text) => new Secret(text));
  return { equals: (secret) => told.every((each) => each.equals(secret)) };
}
