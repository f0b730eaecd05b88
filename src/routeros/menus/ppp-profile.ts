import type { Router } from '../../model/kinds/router.ts';
import type { ServicePlan } from '../../model/kinds/service.ts';
import { rateLimitText } from '../../model/rate-limit.ts';
import type { Row } from '../../reconcile/row.ts';
import { address, formatTime, rateLimit, time, wordList, wordSet, yesNo } from '../canonical.ts';
import { type Menu, withoutIpv6 } from './menu.ts';
import {
  addressListsOf,
  baseProfileName,
  earlierProfileNames,
  localServices,
  profileName,
  stepProfiles,
  suspendedName,
  suspendedPlan,
  suspendedProfileName,
} from './rows.ts';

/**
 * What a PPP session gets unless its secret or RADIUS says otherwise. RouterOS: PPP > Profiles. One base profile for our
 * PPPoE servers, and for each tariff that has local rows on this router one, where the suspended meet a page another, and one
 * for each step of its quotas.
 * RouterOS knows no number of sessions of one name: `only-one` says one, or any.
 */
export const pppProfile = {
  path: '/ppp/profile',
  identity: ['name'],
  comment: true,
  builtIn: true,
  fields: {
    name: {},
    'local-address': { canonical: address, clear: 'unset' },
    'remote-address': { canonical: address, references: '/ip/pool', clear: 'unset' },
    'dns-server': { canonical: wordList, clear: 'unset' },
    'rate-limit': { canonical: rateLimit, clear: 'unset' },
    'session-timeout': { canonical: time, clear: 'unset' },
    'idle-timeout': { canonical: time, clear: 'unset' },
    'address-list': { canonical: wordSet },
    'only-one': { default: 'default', canonical: yesNo },
    'remote-ipv6-prefix-pool': { references: '/ipv6/pool', unknown: withoutIpv6 },
    'dhcpv6-pd-pool': { references: '/ipv6/pool', unknown: withoutIpv6 },
  },
  rows: (model, router) => {
    const base = router.ppp?.servers.some(({ profile }) => profile === undefined) === true ? [baseRow(router)] : [];
    const services = localServices(model, router).filter(({ access }) => access.includes('pppoe'));
    return [...base, ...services.flatMap((service) => serviceRows(router, service))];
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

function serviceRows(router: Router, service: ServicePlan): readonly Row[] {
  const suspended = suspendedPlan(service);
  const row = serviceRow(router, service, profileName(service), `Service/${service.name}`);
  const own = { ...row, previously: earlierProfileNames(service) };
  const steps = stepProfiles(service).map(({ plan, name, owner }) => serviceRow(router, plan, name, owner));
  if (suspended === undefined) return [own, ...steps];
  const other = serviceRow(router, suspended, suspendedProfileName(service), `Service/${service.name}#suspended`);
  return [own, { ...other, previously: earlierProfileNames(service).map(suspendedName) }, ...steps];
}

function serviceRow(router: Router, service: ServicePlan, name: string, owner: string): Row {
  const { max, timeoutSeconds, idleTimeoutSeconds } = service.sessions;
  const { prefixPool = '', delegatedPool = '' } = service.ipv6 ?? {};
  return {
    menu: '/ppp/profile',
    identity: name,
    owner,
    source: service.origin,
    fields: {
      name,
      ...addressing(router),
      'remote-address': service.pool ?? '',
      'rate-limit': service.rate === undefined ? '' : rateLimit(rateLimitText(service.rate)),
      'session-timeout': timeoutSeconds === undefined ? '' : formatTime(timeoutSeconds * 1000),
      'idle-timeout': idleTimeoutSeconds === undefined ? '' : formatTime(idleTimeoutSeconds * 1000),
      'address-list': addressListsOf(service),
      ...(max === undefined ? {} : { 'only-one': max === 1 ? 'yes' : 'no' }),
      'remote-ipv6-prefix-pool': prefixPool,
      'dhcpv6-pd-pool': delegatedPool,
    },
  };
}

function addressing(router: Router): Readonly<Record<string, string>> {
  return { 'local-address': router.ppp?.localAddress ?? '', 'dns-server': (router.ppp?.dns ?? []).join(',') };
}
