import { compact } from '../../base/compact.ts';
import { parseDuration } from '../../base/units.ts';
import type { Declared, RouterSpec } from '../declarations.ts';
import { contains, parseIpv4, parseIpv4Range } from '../ipv4.ts';
import type { Hotspot, HotspotLoginMethod } from '../kinds/router.ts';
import { checkPageFolders, pageFolder } from '../page-folders.ts';
import { checkPoolOfRouter } from '../router-pool-name.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Declaration = Declared<RouterSpec>;
type HotspotSpec = NonNullable<RouterSpec['hotspots']>[number];
type Steps = readonly (string | number)[];

/** The hotspots of a router. */
export function resolveHotspots(to: Resolving, declared: Declaration): readonly Hotspot[] {
  const list = declared.spec.hotspots ?? [];
  const path = ['spec', 'hotspots'];
  uniqueEntries(to, list, (hotspot) => hotspot.name, declared, path, 'name');
  uniqueEntries(to, list, (hotspot) => hotspot.interface, declared, path, 'interface');
  checkProfiles(to, declared, list);
  uniqueEntries(to, list, pageFolder, declared, path, 'htmlDirectory');
  checkPageFolders(to, declared, list);
  uniqueEntries(to, list, (hotspot) => hotspot.address, declared, path, 'address');
  checkNamesDiffer(to, declared, list);
  checkNames(to, declared, list);
  return list.map((spec, index) => resolveHotspot(to, declared, spec, index));
}

/** A profile says the address of its hotspot. */
function checkProfiles(to: Resolving, declared: Declaration, list: readonly HotspotSpec[]): void {
  for (const [index, { profile }] of list.entries()) {
    const other = list.find((each, at) => at !== index && (each.profile ?? each.name) === profile);
    if (profile === undefined || other === undefined) continue;
    const message = `"${profile}" is the server profile of the hotspot "${other.name}", too`;
    error(to, 'LM_DUPLICATE_ENTRY', message, declared, ['spec', 'hotspots', index, 'profile']);
  }
}

function resolveHotspot(to: Resolving, declared: Declaration, spec: HotspotSpec, index: number): Hotspot {
  const path = ['spec', 'hotspots', index];
  const methods = loginBy(to, declared, spec, path);
  checkAddress(to, declared, spec, [...path, 'address']);
  if (spec.pool !== undefined) checkPoolOfRouter(to, declared, spec.pool, [...path, 'pool']);
  return compact({
    name: spec.name,
    interface: spec.interface,
    address: spec.address,
    profile: spec.profile,
    pool: spec.pool,
    dnsName: dnsName(to, declared, spec, [...path, 'dnsName']),
    loginBy: methods,
    addressesPerMac: spec.addressesPerMac,
    keepaliveSeconds: seconds(spec.keepalive),
    idleSeconds: seconds(spec.idleTimeout),
    certificate: spec.certificate,
    htmlDirectory: pageFolder(spec),
    macAuth: methods.includes('mac') ? macAuth(to, declared, spec, index) : undefined,
    origin: declared.entries?.get(`hotspots/${index}`) ?? declared.origin,
  });
}

function loginBy(to: Resolving, declared: Declaration, spec: HotspotSpec, path: Steps): readonly HotspotLoginMethod[] {
  const methods: readonly HotspotLoginMethod[] =
    spec.loginBy ?? (spec.macAuth === undefined ? ['http-pap'] : ['http-pap', 'mac']);
  if (spec.macAuth !== undefined && !methods.includes('mac')) {
    const message = `macAuth of the hotspot "${spec.name}" is without effect: "mac" is missing in loginBy`;
    error(to, 'LM_LOGIN_BY', message, declared, [...path, 'loginBy'], 'add mac to loginBy, or leave macAuth out');
  }
  if (methods.includes('https') && spec.certificate === undefined) {
    const message = `https in loginBy of the hotspot "${spec.name}" needs a certificate`;
    error(
      to,
      'LM_LOGIN_BY',
      message,
      declared,
      [...path, 'loginBy'],
      'set certificate to the name of one on the router',
    );
  }
  if (methods.includes('http-pap') && methods.includes('http-chap')) {
    const message = `the hotspot "${spec.name}" takes http-pap and http-chap: how the router tells one from the other is not documented`;
    warning(to, 'LM_PAP_AND_CHAP', message, declared, [...path, 'loginBy'], 'declare one of the two');
  }
  return [...methods].sort();
}

function macAuth(to: Resolving, declared: Declaration, spec: HotspotSpec, index: number): Hotspot['macAuth'] {
  const { format = 'XX:XX:XX:XX:XX:XX', password, sendMac = false } = spec.macAuth ?? {};
  const path = ['hotspots', index, 'macAuth', 'password'];
  if (password === undefined) return { format, password: sendMac ? 'mac' : 'none' };
  if (sendMac) {
    const message = '"password" and "sendMac" exclude each other: the router sends one password';
    error(to, 'LM_MAC_AUTH', message, declared, ['spec', 'hotspots', index, 'macAuth', 'sendMac']);
  }
  const use = {
    place: declared,
    kind: 'Router',
    firstName: declared.previousNames[0] ?? declared.name,
    field: `hotspots.${spec.name}.macAuth.password`,
    path,
    symbols: 32,
  } as const;
  return { format, password: to.secrets.read(password, use) };
}

function checkAddress(to: Resolving, declared: Declaration, spec: HotspotSpec, path: Steps): void {
  const { address } = spec;
  const value = parseIpv4(address);
  if (value === undefined) {
    error(to, 'LM_ADDRESS', `"${address}" is no IPv4 address`, declared, path);
    return;
  }
  const leases = declared.spec.dhcp?.find((server) => server.interface === spec.interface)?.network;
  const subnet = leases === undefined ? undefined : parseIpv4Range(leases.address);
  if (leases === undefined || subnet === undefined) return;
  if (!contains([subnet], value)) {
    const message = `the hotspot address ${address} lies outside ${leases.address}, where DHCP on "${spec.interface}" puts its guests`;
    error(to, 'LM_HOTSPOT_ADDRESS', message, declared, path);
  } else if (leases.gateway !== address) {
    const told = leases.gateway === undefined ? 'are told no gateway' : `are told the gateway ${leases.gateway}`;
    const message = `guests on "${spec.interface}" ${told}, not the hotspot address ${address}`;
    warning(
      to,
      'LM_HOTSPOT_ADDRESS',
      message,
      declared,
      path,
      'the hotspot address is to be the gateway of its guests',
    );
  }
}

function dnsName(
  to: Resolving,
  declared: Declaration,
  { dnsName: name }: HotspotSpec,
  path: Steps,
): string | undefined {
  if (name === undefined) return undefined;
  const last = name.split('.').at(-1) ?? '';
  if (!name.includes('.') || /^\d+$/.test(last)) {
    const hint = 'a name with a dot, as in login.cafe.example; the router answers for it itself';
    error(to, 'LM_DNS_NAME', `"${name}" cannot be the name of a login page`, declared, path, hint);
  }
  if (last.toLowerCase() === 'local') {
    const message = `Apple devices do not ask the router for "${name}"`;
    warning(to, 'LM_DNS_NAME', message, declared, path, 'names below .local belong to multicast DNS (RFC 6762 §3)');
  }
  return name.toLowerCase();
}

/** The router answers for a login name with the address of one hotspot, whoever asks. */
function checkNamesDiffer(to: Resolving, declared: Declaration, list: readonly HotspotSpec[]): void {
  const seen = new Map<string, string>();
  for (const [index, { name, dnsName: written }] of list.entries()) {
    const login = written?.toLowerCase();
    if (login === undefined) continue;
    const first = seen.get(login);
    seen.set(login, first ?? name);
    if (first === undefined) continue;
    const message = `"${login}" is the name of "${first}", too: guests of one are sent to the address of the other`;
    const path = ['spec', 'hotspots', index, 'dnsName'];
    warning(to, 'LM_DNS_NAME', message, declared, path, 'a name of its own for each hotspot');
  }
}

/** Guests' devices ask the router for names before they are let in. */
function checkNames(to: Resolving, declared: Declaration, list: readonly HotspotSpec[]): void {
  if (list.length === 0 || declared.spec.system?.dns?.allowRemoteRequests !== false) return;
  const message = `"${declared.name}" has hotspots but answers no name of its guests: their pages will not open`;
  const path = ['spec', 'system', 'dns', 'allowRemoteRequests'];
  warning(to, 'LM_HOTSPOT_WITHOUT_DNS', message, declared, path, 'allowRemoteRequests: true');
}

function seconds(field: string | undefined): number | undefined {
  return field === undefined ? undefined : (parseDuration(field) ?? 0) / 1000;
}
