import { Secret } from '../../base/secret.ts';
import type { Hotspot, Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import type { Row, Value } from '../../reconcile/row.ts';
import { address, time, wordSet, yesNo } from '../canonical.ts';
import { landingUrl } from './hotspot-site.ts';
import type { Menu } from './menu.ts';
import { hotspotProfileName, ownerOf, usesRadius } from './rows.ts';

const withoutRadius = (row: Readonly<Record<string, string>>): boolean => yesNo(row['use-radius'] ?? 'no') === 'no';
const withoutMac = (row: Readonly<Record<string, string>>): boolean =>
  !wordSet(row['login-by'] ?? '')
    .split(',')
    .includes('mac');

/**
 * How a hotspot lets people in, one profile for each of ours. RouterOS: IP > Hotspot > Server Profiles, which has no
 * comment. A print leaves out what has no use: `radius-…` without `use-radius`, `mac-auth-…` without `mac` in `login-by`
 * (seen on RouterOS 7.2x), so these are told only where they apply, and then all of them: nobody saw what they were.
 */
export const hotspotProfile = {
  path: '/ip/hotspot/profile',
  identity: ['name'],
  comment: false,
  builtIn: true,
  plain: true,
  fields: {
    name: {},
    'hotspot-address': { default: '0.0.0.0', canonical: address },
    'dns-name': {},
    'login-by': { default: 'cookie,http-chap', canonical: wordSet },
    // Stock pages are shown as long as the folder is missing or empty, so it is told when all pages are there.
    'html-directory-override': { path: true, references: '/file' },
    'ssl-certificate': { default: 'none', references: '/certificate' },
    'mac-auth-mode': { default: 'mac-as-username', hidden: withoutMac },
    'mac-auth-password': { secret: true, hidden: withoutMac },
    'use-radius': { default: 'no', canonical: yesNo },
    'radius-accounting': { default: 'yes', canonical: yesNo, hidden: withoutRadius },
    'radius-interim-update': { default: 'received', canonical: time, hidden: withoutRadius },
    'radius-mac-format': { default: 'XX:XX:XX:XX:XX:XX', hidden: withoutRadius },
  },
  rows: (model, router) => router.hotspots.map((hotspot) => profileRow(model, router, hotspot)),
} satisfies Menu;

function profileRow(model: Model, router: Router, hotspot: Hotspot): Row {
  const { certificate, htmlDirectory } = hotspot;
  const name = hotspotProfileName(hotspot);
  const pages = { 'html-directory-override': htmlDirectory };
  const ours = landingUrl(model, router, hotspot) !== undefined;
  return {
    menu: '/ip/hotspot/profile',
    identity: name,
    owner: ownerOf(router, 'hotspot-profile', hotspot.name),
    source: hotspot.origin,
    fields: {
      name,
      'hotspot-address': hotspot.address,
      'dns-name': hotspot.dnsName ?? '',
      'login-by': wordSet(hotspot.loginBy.join(',')),
      ...(certificate === undefined ? {} : { 'ssl-certificate': certificate }),
      ...macFields(hotspot),
      ...radiusFields(hotspot, usesRadius(model, router, 'hotspot')),
      ...(ours ? pages : {}),
    },
    // A folder that is not ours is an operator's own.
    ...(ours ? {} : { releases: pages }),
  };
}

function macFields({ macAuth }: Hotspot): Readonly<Record<string, Value>> {
  if (macAuth === undefined) return {};
  const { password } = macAuth;
  if (password === 'mac') return { 'mac-auth-mode': 'mac-as-username-and-password' };
  return {
    'mac-auth-mode': 'mac-as-username',
    'mac-auth-password': password === 'none' ? new Secret('') : password,
  };
}

/** The interval of interim updates is left to what we send (Acct-Interim-Interval). */
function radiusFields({ macAuth }: Hotspot, radius: boolean): Readonly<Record<string, string>> {
  if (!radius) return { 'use-radius': 'no' };
  return {
    'use-radius': 'yes',
    'radius-accounting': 'yes',
    'radius-interim-update': 'received',
    ...(macAuth === undefined ? {} : { 'radius-mac-format': macAuth.format }),
  };
}
