import type { ServicePlan } from '../../model/model.ts';
import { rateLimitText } from '../../model/rate-limit.ts';
import type { Row } from '../../reconcile/target.ts';
import { formatTime, noneAs, rateLimit, time, wordSet } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { addressListsOf, localServices, profileName } from './rows.ts';

/**
 * What a hotspot session gets, one profile for each tariff that is sold on this router without RADIUS. RouterOS: IP >
 * Hotspot > User Profiles, which has no comment.
 */
export const hotspotUserProfile = {
  path: '/ip/hotspot/user/profile',
  identity: ['name'],
  comment: false,
  fields: {
    name: {},
    'address-pool': { default: 'none', references: '/ip/pool' },
    'rate-limit': { canonical: rateLimit },
    'session-timeout': { canonical: noneAs('0s', time), clear: { word: '0s' } },
    'idle-timeout': { default: 'none', canonical: time },
    'address-list': { canonical: wordSet },
  },
  rows: (model, router) =>
    localServices(model, router)
      .filter(({ access }) => access.includes('hotspot'))
      .map(profileRow),
} satisfies Menu;

function profileRow(service: ServicePlan): Row {
  const { timeoutSeconds, idleTimeoutSeconds } = service.sessions;
  const name = profileName(service);
  return {
    menu: '/ip/hotspot/user/profile',
    identity: name,
    owner: `Service/${service.name}`,
    source: service.origin,
    fields: {
      name,
      'address-pool': service.pool ?? 'none',
      'rate-limit': service.rate === undefined ? '' : rateLimit(rateLimitText(service.rate)),
      'session-timeout': timeoutSeconds === undefined ? '' : formatTime(timeoutSeconds * 1000),
      'idle-timeout': idleTimeoutSeconds === undefined ? 'none' : formatTime(idleTimeoutSeconds * 1000),
      'address-list': addressListsOf(service),
    },
  };
}
