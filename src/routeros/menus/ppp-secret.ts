import type { SubscriberRoute, Subscription } from '../../model/kinds/subscription.ts';
import type { Row } from '../../reconcile/row.ts';
import { address, ipv6Prefix, ipv6Prefixes, routes, yesNo } from '../canonical.ts';
import { type Menu, withoutIpv6 } from './menu.ts';
import { disabledOf, localSubscriptions, meetsPage, ownerOfSubscription, profileNameFor } from './rows.ts';

/**
 * Subscribers the router lets in by itself. RouterOS: PPP > Secrets. One that may not log in keeps a disabled row, so
 * that its address and history stay with it. A secret has no word for what DHCPv6 delegates: a fixed prefix is routed to
 * the subscriber, who has to know it.
 */
export const pppSecret = {
  path: '/ppp/secret',
  identity: ['name'],
  askedBy: 'name',
  comment: true,
  fields: {
    name: {},
    password: { secret: true },
    service: { default: 'any' },
    profile: { default: 'default', references: '/ppp/profile' },
    'remote-address': { canonical: address, clear: 'unset' },
    routes: { canonical: routes },
    'remote-ipv6-prefix': { canonical: ipv6Prefix, clear: 'unset', unknown: withoutIpv6 },
    'ipv6-routes': { canonical: ipv6Prefixes, unknown: withoutIpv6 },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => localSubscriptions(model, router).flatMap(secretRow),
} satisfies Menu;

function secretRow(subscription: Subscription): readonly Row[] {
  const { username, password } = subscription;
  if (username === undefined || password === undefined || !subscription.service.access.includes('pppoe')) return [];
  return [
    {
      menu: '/ppp/secret',
      identity: username,
      owner: ownerOfSubscription(subscription),
      source: subscription.origin,
      fields: {
        name: username,
        password,
        service: 'pppoe',
        profile: profileNameFor(subscription),
        'remote-address': subscription.address ?? '',
        routes: routes((subscription.routes ?? []).map(routeText).join(',')),
        ...ipv6Fields(subscription),
        disabled: disabledOf(subscription),
      },
    },
  ];
}

/** `10.1.0.0/24 10.0.0.5 1`: destination, gateway, metric (MikroTik manual, PPP AAA: routes). */
function routeText({ destination, gateway, metric }: SubscriberRoute): string {
  return [destination, gateway ?? (metric === undefined ? '' : '0.0.0.0'), metric ?? ''].join(' ');
}

/** Who is suspended and meets a page does so by IPv4: address lists have no IPv6 in them. */
function ipv6Fields(subscription: Subscription): Readonly<Record<string, string>> {
  const { prefix = '', delegated = '' } = meetsPage(subscription) ? {} : (subscription.ipv6 ?? {});
  return { 'remote-ipv6-prefix': ipv6Prefix(prefix), 'ipv6-routes': ipv6Prefixes(delegated) };
}
