import type { ServicePlan } from '../../model/kinds/service.ts';
import { rateLimitText } from '../../model/rate-limit.ts';
import type { Row } from '../../reconcile/row.ts';
import { formatTime, noneAs, rateLimit, time, wordSet } from '../canonical.ts';
import type { Menu } from './menu.ts';
import {
  addressListsOf,
  earlierProfileNames,
  localServices,
  profileName,
  stepProfiles,
  suspendedName,
  suspendedPlan,
  suspendedProfileName,
} from './rows.ts';

/**
 * What a hotspot session gets: one profile for each tariff that has local rows on this router, where the suspended meet a page
 * another, and one for each step of its quotas. RouterOS: IP > Hotspot > User Profiles, which has no comment.
 */
export const hotspotUserProfile = {
  path: '/ip/hotspot/user/profile',
  identity: ['name'],
  comment: false,
  builtIn: true,
  fields: {
    name: {},
    'address-pool': { default: 'none', references: '/ip/pool' },
    'rate-limit': { canonical: rateLimit },
    'session-timeout': { canonical: noneAs('0s', time), clear: { word: '0s' } },
    'idle-timeout': { default: 'none', canonical: time },
    'address-list': { canonical: wordSet },
    'shared-users': { default: '1' },
  },
  rows: (model, router) =>
    localServices(model, router)
      .filter(({ access }) => access.includes('hotspot'))
      .flatMap(profileRows),
} satisfies Menu;

function profileRows(service: ServicePlan): readonly Row[] {
  const suspended = suspendedPlan(service);
  const row = profileRow(service, profileName(service), `Service/${service.name}`);
  const own = { ...row, previously: earlierProfileNames(service) };
  const steps = stepProfiles(service).map(({ plan, name, owner }) => profileRow(plan, name, owner));
  if (suspended === undefined) return [own, ...steps];
  const other = profileRow(suspended, suspendedProfileName(service), `Service/${service.name}#suspended`);
  return [own, { ...other, previously: earlierProfileNames(service).map(suspendedName) }, ...steps];
}

function profileRow(service: ServicePlan, name: string, owner: string): Row {
  const { max, timeoutSeconds, idleTimeoutSeconds } = service.sessions;
  return {
    menu: '/ip/hotspot/user/profile',
    identity: name,
    owner,
    source: service.origin,
    fields: {
      name,
      'address-pool': service.pool ?? 'none',
      'rate-limit': service.rate === undefined ? '' : rateLimit(rateLimitText(service.rate)),
      'session-timeout': timeoutSeconds === undefined ? '' : formatTime(timeoutSeconds * 1000),
      'idle-timeout': idleTimeoutSeconds === undefined ? 'none' : formatTime(idleTimeoutSeconds * 1000),
      'address-list': addressListsOf(service),
      // Only what is declared: an operator's own number stays.
      ...(max === undefined ? {} : { 'shared-users': String(max) }),
    },
  };
}
