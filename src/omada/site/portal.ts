import type { Value } from '../../reconcile/row.ts';
import type { ApiObject } from '../open-api.ts';
import { objectIn, textIn, textsIn } from './fields.ts';
import { listText, readList } from './menus.ts';

/** Names of what a portal refers to by id. */
export interface PortalNames {
  /** Every network of that name: groups of access points may each have one. */
  ssidIds(name: string): readonly string[];
  ssidNames(ids: readonly string[]): readonly string[];
  profileId(identity: string): string | undefined;
  profileIdentity(id: string): string | undefined;
}

/** `authType`: 2 asks a RADIUS server, 4 is an external portal. */
const authTypes: Readonly<Record<string, string>> = { '2': 'radius', '4': 'external-portal' };
const byUrl = 2;
const localPage = 1;
const pap = 1;
const originalUrl = 1;

/** Presets of a timeout, which can be read and not written: how long, and of which unit (1 min, 2 h, 3 d). */
const presets: Readonly<Record<string, readonly [time: number, unit: number]>> = {
  '1': [30, 1],
  '2': [1, 2],
  '3': [2, 2],
  '4': [4, 2],
  '5': [8, 2],
  '6': [1, 3],
  '7': [7, 3],
};

/** A portal of a controller as fields of a row. Pure. */
export function portalFields(portal: ApiObject, names: PortalNames): Readonly<Record<string, string>> {
  const type = textIn(portal, 'authType') ?? '';
  const radius = objectIn(portal, 'externalRadius');
  const page = pageIn(objectIn(portal, 'externalPortal'));
  const profile = textIn(radius, 'radiusProfileId');
  const nas = textIn(radius, 'nasId');
  return {
    enable: String(portal['enable'] === true),
    ssids: listText(names.ssidNames(textsIn(portal, 'ssidList'))),
    type: authTypes[type] ?? `type ${type}`,
    ...(page === undefined ? {} : { page }),
    ...(profile === undefined ? {} : { 'radius-profile': names.profileIdentity(profile) ?? profile }),
    ...(nas === undefined ? {} : { 'nas-identifier': nas }),
  };
}

/** Scheme and address are told apart. */
function pageIn(external: ApiObject): string | undefined {
  const scheme = textIn(external, 'serverUrlScheme') ?? 'http';
  const url = textIn(external, 'serverUrl');
  if (url !== undefined && external['hostType'] !== 1) return /^https?:\/\//.test(url) ? url : `${scheme}://${url}`;
  const ip = textIn(external, 'serverIp');
  return ip === undefined ? undefined : `${scheme}://${ip}:${textIn(external, 'serverPort') ?? '80'}`;
}

/**
 * What to write of a portal: all that it has and that can be written back, with what is wanted laid over it. Pure.
 *
 * @param there as it was read; empty for a new one
 * @throws RangeError naming an SSID or profile that is not there
 */
export function portalBody(
  name: string,
  wanted: Readonly<Record<string, Value>>,
  there: ApiObject,
  names: PortalNames,
): ApiObject {
  const text = (field: string) => (typeof wanted[field] === 'string' ? String(wanted[field]) : undefined);
  const kept = Object.fromEntries(writable.flatMap((key) => (there[key] == null ? [] : [[key, there[key]]])));
  const [enable, ssids, type] = [text('enable'), text('ssids'), text('type')];
  const typeCode = Object.entries(authTypes).find(([, word]) => word === type)?.[0];
  return {
    ...{ enable: true, ssidList: [], networkList: [], httpsRedirectEnable: false, landingPage: originalUrl },
    ...withoutStatus(kept),
    name,
    authTimeout: timeoutOf(objectIn(there, 'authTimeout')),
    ...(enable === undefined ? {} : { enable: enable === 'true' }),
    ...(ssids === undefined ? {} : { ssidList: ssidList(ssids, names) }),
    ...(typeCode === undefined ? {} : { authType: Number(typeCode) }),
    ...externalOf(text('page')),
    ...radiusOf(text('radius-profile'), text('nas-identifier'), objectIn(there, 'externalRadius'), names),
  };
}

/** Keys of a portal that are read and written alike (controller's own specification, 5.15.24). */
const writable = [
  ...['enable', 'ssidList', 'networkList', 'authType', 'httpsRedirectEnable', 'landingPage', 'landingUrlScheme'],
  ...['landingUrl', 'noAuth', 'simplePassword', 'hotspot', 'socialLogin', 'google', 'portalFormId', 'hotspotRadius'],
  ...['externalPortal', 'externalRadius', 'ldap'],
];

/** Status of a port is told with the RADIUS settings, and is no setting. */
function withoutStatus(kept: ApiObject): ApiObject {
  const clean = ['hotspotRadius', 'externalRadius'].flatMap((key) => {
    if (kept[key] === undefined) return [];
    const { receiverPortStatus: _status, ...rest } = objectIn(kept, key);
    const timeout = rest['authTimeout'] === undefined ? {} : { authTimeout: timeoutOf(objectIn(rest, 'authTimeout')) };
    return [[key, { ...rest, ...timeout }] as const];
  });
  return { ...kept, ...Object.fromEntries(clean) };
}

/** A guest's time is said when he is let in: this one is the controller's own limit. Eight hours for a new portal. */
function timeoutOf(timeout: ApiObject): ApiObject {
  const preset = presets[textIn(timeout, 'authTimeout') ?? ''];
  const [time, unit] = preset ?? [timeout['customTimeout'] ?? 8, timeout['customTimeoutUnit'] ?? 2];
  return { customTimeout: time, customTimeoutUnit: unit };
}

function ssidList(text: string, names: PortalNames): readonly string[] {
  return readList(text).flatMap((name) => {
    const ids = names.ssidIds(name);
    if (ids.length === 0) throw new RangeError(`there is no SSID ${name}`);
    return ids;
  });
}

function externalOf(page: string | undefined): ApiObject {
  if (page === undefined) return {};
  const [scheme = 'https', rest = ''] = page.split('://', 2);
  return { externalPortal: { hostType: byUrl, serverUrlScheme: scheme, serverUrl: rest } };
}

function radiusOf(
  profile: string | undefined,
  nasId: string | undefined,
  there: ApiObject,
  names: PortalNames,
): ApiObject {
  if (profile === undefined && nasId === undefined) return {};
  const { receiverPortStatus: _status, ...kept } = there;
  const radiusProfileId = profile === undefined ? undefined : names.profileId(profile);
  if (profile !== undefined && radiusProfileId === undefined)
    throw new RangeError(`there is no RADIUS profile ${profile}`);
  return {
    externalRadius: {
      ...{ authMode: pap, portalCustom: localPage },
      ...kept,
      ...(radiusProfileId === undefined ? {} : { radiusProfileId }),
      ...(nasId === undefined ? {} : { nasId }),
    },
  };
}
