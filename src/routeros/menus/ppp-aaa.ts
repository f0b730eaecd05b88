import { time, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { settingsRow, usesRadius } from './rows.ts';

/**
 * Does PPP ask RADIUS, and account to it? RouterOS: PPP > PPP Authentication & Accounting. RADIUS is asked only for names
 * that are not in `/ppp/secret`. `interim-update=0s` leaves the interval to Acct-Interim-Interval.
 */
export const pppAaa = {
  path: '/ppp/aaa',
  identity: 'settings',
  comment: false,
  fields: {
    'use-radius': { default: 'no', canonical: yesNo },
    accounting: { default: 'yes', canonical: yesNo },
    'interim-update': { default: '0s', canonical: time },
  },
  rows: (model, router) =>
    usesRadius(model, router, 'ppp')
      ? [settingsRow('/ppp/aaa', router, { 'use-radius': 'yes', accounting: 'yes', 'interim-update': '0s' })]
      : [],
} satisfies Menu;
