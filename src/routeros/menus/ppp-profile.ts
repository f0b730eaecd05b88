import type { Router, ServicePlan } from '../../model/model.ts';
import { rateLimitText } from '../../model/rate-limit.ts';
import type { Row } from '../../reconcile/target.ts';
import { address, formatTime, rateLimit, time, wordList, wordSet } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { addressListsOf, baseProfileName, localServices, profileName } from './rows.ts';

/**
 * What a PPP session gets unless its secret or RADIUS says otherwise. RouterOS: PPP > Profiles. One base profile for our
 * PPPoE servers, and one for each tariff that is sold on this router without RADIUS.
 */
export const pppProfile = {
  path: '/ppp/profile',
  identity: ['name'],
  comment: true,
  fields: {
    name: {},
    'local-address': { canonical: address, clear: 'unset' },
    'remote-address': { canonical: address, references: '/ip/pool', clear: 'unset' },
    'dns-server': { canonical: wordList, clear: 'unset' },
    'rate-limit': { canonical: rateLimit, clear: 'unset' },
    'session-timeout': { canonical: time, clear: 'unset' },
    'idle-timeout': { canonical: time, clear: 'unset' },
    'address-list': { canonical: wordSet },
  },
  rows: (model, router) => {
    const base = (router.ppp?.servers.length ?? 0) > 0 ? [baseRow(router)] : [];
    const services = localServices(model, router).filter(({ access }) => access.includes('pppoe'));
    return [...base, ...services.map((service) => serviceRow(router, service))];
  },
} satisfies Menu;

function baseRow(router: Router): Row {
  return {
    menu: '/ppp/profile',
    identity: baseProfileName,
    owner: `Router/${router.name}#ppp`,
    source: router.origin,
    fields: { name: baseProfileName, ...addressing(router) },
  };
}

function serviceRow(router: Router, service: ServicePlan): Row {
  const { timeoutSeconds, idleTimeoutSeconds } = service.sessions;
  return {
    menu: '/ppp/profile',
    identity: profileName(service),
    owner: `Service/${service.name}`,
    source: service.origin,
    fields: {
      name: profileName(service),
      ...addressing(router),
      'remote-address': service.pool ?? '',
      'rate-limit': service.rate === undefined ? '' : rateLimit(rateLimitText(service.rate)),
      'session-timeout': timeoutSeconds === undefined ? '' : formatTime(timeoutSeconds * 1000),
      'idle-timeout': idleTimeoutSeconds === undefined ? '' : formatTime(idleTimeoutSeconds * 1000),
      'address-list': addressListsOf(service),
    },
  };
}

function addressing(router: Router): Readonly<Record<string, string>> {
  return { 'local-address': router.ppp?.localAddress ?? '', 'dns-server': (router.ppp?.dns ?? []).join(',') };
}
