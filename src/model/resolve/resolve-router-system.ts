import { compact } from '../../base/compact.ts';
import type { Declared, RouterSpec } from '../declarations.ts';
import { normaliseIp, normalisePrefix } from '../ipv4.ts';
import { parseIpv6Prefix } from '../ipv6.ts';
import type { Ipv6Pool, Router, RouterApiAccess, RouterDns } from '../kinds/router.ts';
import { resolveTls } from '../tls-check.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Declaration = Declared<RouterSpec>;
type Steps = readonly (string | number)[];

/** Account and transport of the router's API. */
export function resolveApi(to: Resolving, declared: Declaration): Router['api'] {
  const spec = declared.spec.api;
  if (spec === undefined) return undefined;
  const path = ['spec', 'api'];
  const password = to.secrets.read(spec.password, {
    place: declared,
    kind: 'Router',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'api.password',
    path: ['api', 'password'],
    symbols: 32,
  });
  if (spec.username === 'admin') {
    const message = `lastmile logs in to "${declared.name}" as admin, the account that everybody knows and may do everything`;
    const hint = 'an account of its own, in a group with the rights it needs';
    warning(to, 'LM_API_ADMIN', message, declared, [...path, 'username'], hint);
  }
  const risk = `us and "${declared.name}" can read the password of its API`;
  return compact({
    port: spec.port ?? (spec.tls === undefined ? 8728 : 8729),
    username: spec.username,
    password,
    tls: spec.tls === undefined ? undefined : resolveTls(to, spec.tls, declared, [...path, 'tls'], risk),
    legacyLogin: spec.legacyLogin,
  });
}

/** `system.dns`. */
export function resolveDns(to: Resolving, declared: Declaration): RouterDns | undefined {
  const spec = declared.spec.system?.dns;
  if (spec === undefined) return undefined;
  const servers = spec.servers?.map((text, index) =>
    address(to, declared, text, ['spec', 'system', 'dns', 'servers', index]),
  );
  return compact({ servers, allowRemoteRequests: spec.allowRemoteRequests });
}

/** `system.ntp`. */
export function resolveNtp(to: Resolving, declared: Declaration): Router['ntp'] {
  const servers = declared.spec.system?.ntp?.servers;
  if (servers === undefined) return undefined;
  const path = ['spec', 'system', 'ntp', 'servers'];
  uniqueEntries(to, servers, (server) => server, declared, path, '');
  return {
    servers: servers.map((text, index) =>
      /^[\d.]+$|:/.test(text) ? address(to, declared, text, [...path, index]) : text,
    ),
  };
}

/** `system.apiAccess`, checked against how we come in ourselves. */
export function resolveApiAccess(to: Resolving, declared: Declaration): RouterApiAccess | undefined {
  const spec = declared.spec.system?.apiAccess;
  if (spec === undefined) return undefined;
  const path = ['spec', 'system', 'apiAccess'];
  const { api } = declared.spec;
  if (spec.plain === false && api !== undefined && api.tls === undefined) {
    const message = `"${declared.name}" would have no plain API any more, which is the one we use`;
    error(to, 'LM_LOCKED_OUT', message, declared, [...path, 'plain'], 'set api.tls first');
  }
  return compact({
    addresses: spec.addresses.map((text, index) => {
      const prefix = normalisePrefix(text);
      if (prefix !== undefined) return prefix;
      error(to, 'LM_ADDRESS', `"${text}" is neither an address nor a prefix`, declared, [...path, 'addresses', index]);
      return text;
    }),
    certificate: spec.certificate,
    plain: spec.plain,
  });
}

/** `ipv6Pools`. */
export function resolveIpv6Pools(to: Resolving, declared: Declaration): readonly Ipv6Pool[] | undefined {
  const list = declared.spec.ipv6Pools;
  if (list === undefined) return undefined;
  const path = ['spec', 'ipv6Pools'];
  uniqueEntries(to, list, (pool) => pool.name, declared, path, 'name');
  return list.map(({ name, prefix: text, prefixLength }, index) => {
    const prefix = parseIpv6Prefix(text);
    if (prefix === undefined) {
      const message = `"${text}" is no IPv6 prefix without host bits`;
      error(to, 'LM_ADDRESS_RANGE', message, declared, [...path, index, 'prefix'], 'as in 2001:db8:1000::/36');
    } else if (prefixLength < prefix.length) {
      const message = `prefixes of ${prefixLength} bits are larger than ${text}`;
      error(to, 'LM_ADDRESS_RANGE', message, declared, [...path, index, 'prefixLength']);
    }
    const origin = declared.entries?.get(`ipv6Pools/${index}`) ?? declared.origin;
    return { name, prefix: prefix?.text ?? text, prefixLength, origin };
  });
}

function address(to: Resolving, declared: Declaration, text: string, path: Steps): string {
  const found = normaliseIp(text);
  if (found === undefined) error(to, 'LM_ADDRESS', `"${text}" is no address`, declared, path);
  return found ?? text;
}
