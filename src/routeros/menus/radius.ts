import { Secret } from '../../base/secret.ts';
import type { RadiusServer } from '../../model/kinds/radius.ts';
import type { Router } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { address, formatTime, time, wordSet, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

/**
 * RADIUS servers the router asks, in this order. RouterOS: RADIUS.
 *
 * RouterOS has no key here and allows duplicates; a server is the same row as long as address and port are.
 */
export const radius = {
  path: '/radius',
  identity: ['address', 'authentication-port'],
  comment: true,
  ordered: true,
  fields: {
    address: { canonical: address },
    'authentication-port': { default: '1812' },
    'accounting-port': { default: '1813' },
    service: { canonical: wordSet },
    secret: { secret: true },
    'src-address': { default: '0.0.0.0', canonical: address, clear: { word: '0.0.0.0' } },
    timeout: { default: '300ms', canonical: time },
    protocol: { default: 'udp' },
    certificate: { default: 'none' },
    'require-message-auth': {
      default: 'yes-for-request-resp',
      unknown:
        'RouterOS before 7.15 has no such setting and signs no request of its own: upgrade the router, or declare ' +
        'radius.messageAuthenticator: off for it',
    },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => model.operator.radius.servers.flatMap((server) => serverRow(router, server)),
} satisfies Menu;

function serverRow(router: Router, server: RadiusServer): readonly Row[] {
  const settings = router.radius;
  if (settings === undefined) return [];
  return [
    {
      menu: '/radius',
      identity: `${server.address} ${server.authPort}`,
      owner: ownerOf(router, 'radius', server.name),
      source: router.origin,
      fields: {
        address: server.address,
        'authentication-port': String(server.authPort),
        'accounting-port': String(server.accountingPort),
        service: wordSet(settings.services.join(',')),
        // RouterOS makes it so with TLS, whatever it is told.
        secret: settings.radsec === undefined ? settings.secret : new Secret('radsec'),
        protocol: settings.radsec === undefined ? 'udp' : 'radsec',
        ...(settings.radsec === undefined ? {} : { certificate: settings.radsec.certificate }),
        // Told explicitly, since the server knows a NAS by the address its packets come from.
        'src-address': settings.sourceAddress ?? '0.0.0.0',
        timeout: formatTime(settings.timeoutMs),
        // The property exists since 7.15; a router that is excused from it may be older.
        ...(settings.messageAuthenticator === 'require' ? { 'require-message-auth': 'yes-for-request-resp' } : {}),
        disabled: 'no',
      },
    },
  ];
}
