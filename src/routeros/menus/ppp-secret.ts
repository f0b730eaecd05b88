import type { Subscription } from '../../model/model.ts';
import type { Row } from '../../reconcile/target.ts';
import { address, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { localSubscriptions, ownerOfSubscription, profileName } from './rows.ts';

/**
 * Subscribers the router lets in by itself. RouterOS: PPP > Secrets. One that may not log in keeps a disabled row, so
 * that its address and history stay with it.
 */
export const pppSecret = {
  path: '/ppp/secret',
  identity: ['name'],
  comment: true,
  fields: {
    name: {},
    password: { secret: true },
    service: { default: 'any' },
    profile: { default: 'default', references: '/ppp/profile' },
    'remote-address': { canonical: address, clear: 'unset' },
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
        profile: profileName(subscription.service),
        'remote-address': subscription.address ?? '',
        disabled: subscription.state === 'active' ? 'no' : 'yes',
      },
    },
  ];
}
