import type { Menu } from '../menu.ts';
import { flag, shown } from './common.ts';

/** Version 6 writes ports behind the addresses. */
const port = { ...shown, since: '7' };

/** Connections the router sees: few, those of which somebody wants to know. */
export const connections: Menu = {
  path: '/ip/firewall/connection',
  kind: 'table',
  verbs: ['print', 'get', 'remove'],
  properties: {
    protocol: shown,
    'src-address': shown,
    'src-port': port,
    'dst-address': shown,
    'dst-port': port,
    'reply-src-address': shown,
    'reply-src-port': port,
    'reply-dst-address': shown,
    'reply-dst-port': port,
    'tcp-state': shown,
    timeout: shown,
    'orig-packets': { ...shown, default: '0' },
    'orig-bytes': { ...shown, default: '0' },
    'repl-packets': { ...shown, default: '0' },
    'repl-bytes': { ...shown, default: '0' },
    confirmed: flag,
    'seen-reply': flag,
    dstnat: flag,
    fasttrack: flag,
  },
};
