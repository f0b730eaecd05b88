import type { Router, RouterApiAccess } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { yesNo } from '../canonical.ts';
import { prefixSet } from '../config/values.ts';
import type { Menu } from './menu.ts';

/**
 * Who may reach the API. RouterOS: IP > Services, whose rows are its own; since about 7.18 a print shows live connections
 * as well. What is told here is judged before it is written: it may cut us off.
 */
export const ipService = {
  path: '/ip/service',
  identity: ['name'],
  comment: false,
  fixed: true,
  ignore: (row) => row['connection'] === 'true',
  fields: {
    name: {},
    address: { canonical: prefixSet },
    certificate: { default: 'none', references: '/certificate' },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (_model, router) => (router.apiAccess === undefined ? [] : serviceRows(router, router.apiAccess)),
} satisfies Menu;

function serviceRows(router: Router, { addresses, certificate, plain }: RouterApiAccess): readonly Row[] {
  const address = prefixSet(addresses.join(','));
  const overTls = certificate !== undefined || router.api?.tls !== undefined;
  return [
    serviceRow(router, 'api', { address, ...(plain === undefined ? {} : { disabled: plain ? 'no' : 'yes' }) }),
    serviceRow(router, 'api-ssl', {
      address,
      ...(certificate === undefined ? {} : { certificate }),
      ...(overTls ? { disabled: 'no' } : {}),
    }),
  ];
}

function serviceRow(router: Router, name: string, fields: Readonly<Record<string, string>>): Row {
  return {
    menu: '/ip/service',
    identity: name,
    owner: `Router/${router.name}#service-${name}`,
    source: router.origin,
    fields: { name, ...fields },
  };
}
