import { compact } from '../../base/compact.ts';
import { parseDuration } from '../../base/units.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import { checkInterim } from '../interim.ts';
import { normaliseIp, normalisePrefix } from '../ipv4.ts';
import type { AdminToken, HeartbeatSettings, Operator } from '../kinds/operator.ts';
import type { Endpoint, RadiusClient, RadiusServer, RadsecSettings } from '../kinds/radius.ts';
import { listenEndpoints } from '../listen-endpoints.ts';
import { isTimeZone } from '../local-time.ts';
import { resolveSigning } from '../nas-signing.ts';
import { resolveEap } from './resolve-eap.ts';
import { resolveHeartbeatPeers } from './resolve-heartbeat-peers.ts';
import { reachable, resolvePortalSettings } from './resolve-portal-settings.ts';
import { resolveClientRadsec, resolveRadsec } from './resolve-radsec.ts';
import { resolveRetention } from './resolve-retention.ts';
import { collectSeconds, operatorSafety } from './resolve-safety.ts';
import { resolveSource } from './resolve-source.ts';
import { error, type Resolving, uniqueEntries } from './resolving.ts';

const shortestIntervalMs = 1_000;
const longestIntervalMs = 7 * 86_400_000;

type RadiusSpec = NonNullable<OperatorSpec['radius']>;

/** The Operator with every default filled in; all defaults when none is declared. */
export function resolveOperator(to: Resolving, declared: Declared<OperatorSpec> | undefined): Operator {
  const spec = declared?.spec ?? {};
  const radiusSettings = radius(to, declared);
  const zone = timezone(to, declared);
  return compact({
    name: declared?.name ?? 'default',
    timezone: zone,
    radius: radiusSettings,
    portal: reachable(resolvePortalSettings(to, declared), radiusSettings.servers),
    admin: {
      listen: listenEndpoints(to, declared, spec.admin?.listen ?? '127.0.0.1:9812', ['spec', 'admin', 'listen'])[0] ?? {
        host: '127.0.0.1',
        port: 9812,
      },
      tokens: tokens(to, declared),
    },
    reconcile: {
      intervalMs: interval(to, declared),
      ...modeOf(spec.reconcile?.mode),
      ...operatorSafety(to, declared, zone),
    },
    accounting: accounting(to, declared),
    source: declared === undefined ? undefined : resolveSource(to, declared),
    origin: declared?.origin,
  });
}

/** With `approved` what is done is all that is approved, and nothing else. */
function modeOf(
  mode: NonNullable<OperatorSpec['reconcile']>['mode'],
): Pick<Operator['reconcile'], 'mode' | 'approved'> {
  return mode === 'approved' ? { mode: 'apply', approved: true } : { mode: mode ?? 'apply' };
}

function timezone(to: Resolving, declared: Declared<OperatorSpec> | undefined): string {
  const name = declared?.spec.timezone ?? 'UTC';
  if (isTimeZone(name)) return name;
  if (declared !== undefined) {
    const message = `"${name}" is no time zone`;
    error(to, 'LM_TIMEZONE', message, declared, ['spec', 'timezone'], 'an IANA name as in Africa/Nairobi');
  }
  return 'UTC';
}

function interval(to: Resolving, declared: Declared<OperatorSpec> | undefined): number {
  const text = declared?.spec.reconcile?.interval ?? '5m';
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= shortestIntervalMs && ms <= longestIntervalMs) return ms;
  if (declared !== undefined) {
    const message = `"${text}" is no time between two comparisons`;
    error(to, 'LM_INTERVAL', message, declared, ['spec', 'reconcile', 'interval'], 'from 1s to 7d');
  }
  return 300_000;
}

function accounting(to: Resolving, declared: Declared<OperatorSpec> | undefined): Operator['accounting'] {
  const { interim, collect, staleAfter } = declared?.spec.accounting ?? {};
  const path = ['spec', 'accounting'];
  const interimSeconds = (parseDuration(interim ?? '2m') ?? 120_000) / 1000;
  if (declared !== undefined && interim !== undefined) checkInterim(to, declared, interim, [...path, 'interim']);
  const staleAfterSeconds = (parseDuration(staleAfter ?? '1d') ?? 86_400_000) / 1000;
  return compact({
    interimSeconds,
    staleAfterSeconds,
    retention: resolveRetention(to, declared),
    collectSeconds: collectSeconds(to, declared, collect, [...path, 'collect']),
  });
}

function radius(to: Resolving, declared: Declared<OperatorSpec> | undefined): Operator['radius'] {
  const spec: RadiusSpec = declared?.spec.radius ?? {};
  const path = ['spec', 'radius', 'listen'];
  const serverList = declared === undefined ? [] : servers(to, declared, spec.servers ?? []);
  const radsec =
    declared === undefined || spec.radsec === undefined
      ? undefined
      : resolveRadsec(to, declared, spec.radsec, serverList);
  return compact({
    listenAuth: listenEndpoints(to, declared, spec.listen?.auth ?? '0.0.0.0:1812', [...path, 'auth']),
    listenAccounting: listenEndpoints(to, declared, spec.listen?.accounting ?? '0.0.0.0:1813', [...path, 'accounting']),
    listenRadsec: listenRadsec(to, declared, spec),
    radsec,
    servers: serverList,
    messageAuthenticator: spec.messageAuthenticator ?? 'require',
    clients: declared === undefined ? [] : clients(to, declared, spec.clients ?? [], compact({ radsec })),
    eap: declared === undefined || spec.eap === undefined ? undefined : resolveEap(to, declared, spec.eap),
    heartbeat: heartbeat(to, declared, spec.heartbeat, radsec),
  });
}

function heartbeat(
  to: Resolving,
  declared: Declared<OperatorSpec> | undefined,
  spec: RadiusSpec['heartbeat'],
  radsec: RadsecSettings | undefined,
): HeartbeatSettings | undefined {
  if (declared === undefined || spec === undefined) return undefined;
  const { interval = '60s', misses = 3 } = spec;
  const intervalMs = parseDuration(interval) ?? 0;
  if (intervalMs < 1_000 || intervalMs > 3_600_000) {
    const path = ['spec', 'radius', 'heartbeat', 'interval'];
    error(to, 'LM_INTERVAL', `"${interval}" is no time between two heartbeats`, declared, path, 'from 1s to 1h');
  }
  return compact({ intervalMs, misses, peers: resolveHeartbeatPeers(to, declared, spec.peers, radsec) });
}

/** Nobody listens who has no certificate to show. */
function listenRadsec(
  to: Resolving,
  declared: Declared<OperatorSpec> | undefined,
  spec: RadiusSpec,
): readonly Endpoint[] | undefined {
  const path = ['spec', 'radius', 'listen', 'radsec'];
  if (spec.radsec !== undefined) return listenEndpoints(to, declared, spec.listen?.radsec ?? '0.0.0.0:2083', path);
  if (spec.listen?.radsec !== undefined && declared !== undefined) {
    error(to, 'LM_RADSEC', 'it takes radius.radsec with a certificate and its key', declared, path);
  }
  return undefined;
}

function servers(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  list: NonNullable<RadiusSpec['servers']>,
): readonly RadiusServer[] {
  const path = ['spec', 'radius', 'servers'];
  uniqueEntries(to, list, (entry) => entry.name, declared, path, 'name');
  // Address and port are what a router knows a server by.
  const endpoint = ({ address, authPort = 1812 }: (typeof list)[number]) =>
    `${normaliseIp(address) ?? address} port ${authPort}`;
  uniqueEntries(to, list, endpoint, declared, path, 'address');
  return list.map((entry, index) => {
    const address = normaliseIp(entry.address);
    if (address === undefined) {
      error(to, 'LM_ADDRESS', `"${entry.address}" is no address`, declared, [...path, index, 'address']);
    }
    return {
      name: entry.name,
      address: address ?? entry.address,
      authPort: entry.authPort ?? 1812,
      accountingPort: entry.accountingPort ?? 1813,
    };
  });
}

function clients(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  list: NonNullable<RadiusSpec['clients']>,
  operator: Pick<Operator['radius'], 'radsec'>,
): readonly RadiusClient[] {
  const path = ['spec', 'radius', 'clients'];
  uniqueEntries(to, list, (entry) => entry.name, declared, path, 'name');
  return list.map((entry, index) => {
    const clientAddress = normalisePrefix(entry.clientAddress);
    if (clientAddress === undefined) {
      const message = `"${entry.clientAddress}" is neither an address nor a prefix`;
      error(to, 'LM_ADDRESS', message, declared, [...path, index, 'clientAddress']);
    }
    const secret = to.secrets.read(entry.secret, {
      place: declared,
      kind: 'Operator',
      firstName: declared.previousNames[0] ?? declared.name,
      field: `radius.clients.${entry.name}.secret`,
      path: ['radius', 'clients', index, 'secret'],
      symbols: 32,
    });
    if (entry.redirect !== undefined && entry.profile === 'mikrotik') {
      const message = `"${entry.name}" is a RouterOS, which keeps people to a page by its address list`;
      error(to, 'LM_NOT_POSSIBLE', message, declared, [...path, index, 'redirect'], 'leave it out');
    }
    return compact({
      name: entry.name,
      clientAddress: clientAddress ?? entry.clientAddress,
      nasIdentifier: entry.nasIdentifier,
      secret,
      profile: entry.profile ?? 'generic',
      ...resolveSigning(to, declared, [...path, index], entry, declared.spec.radius?.messageAuthenticator ?? 'require'),
      coaPort: entry.coaPort ?? 3799,
      swapOctets: entry.swapOctets === true ? true : undefined,
      redirect: entry.redirect,
      radsec: resolveClientRadsec(to, declared, entry.radsec, index, operator),
      origin: declared.entries?.get(`radius/clients/${index}`) ?? declared.origin,
    });
  });
}

function tokens(to: Resolving, declared: Declared<OperatorSpec> | undefined): readonly AdminToken[] {
  const list = declared?.spec.admin?.tokens ?? [];
  if (declared !== undefined)
    uniqueEntries(to, list, (entry) => entry.name, declared, ['spec', 'admin', 'tokens'], 'name');
  return list.map(({ name, role, sha256 }) => ({ name, role, sha256: sha256.toLowerCase() }));
}
