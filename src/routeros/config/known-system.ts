import { address, time, wordList, wordSet, yesNo } from '../canonical.ts';
import { disabled, each, type Fields, flag, type KnownMenu, oneOf, oneOfFrom, secret, text } from './known-menu.ts';
import { date, grantedSet, prefixSet, timeOfDay, withWithdrawn } from './values.ts';

/** From the factory a script may do everything. */
const policy: Fields[string] = {
  default: 'ftp,password,policy,read,reboot,romon,sensitive,sniff,test,write',
  canonical: grantedSet,
};

function settings(path: string, fields: Fields, more: Partial<KnownMenu> = {}): KnownMenu {
  return { path, identity: 'settings', comment: false, fields, ...more };
}

/** The device itself. RouterOS: System, Tools, IP > Services. */
export const systemMenus: readonly KnownMenu[] = [
  settings('/system/identity', { name: text }),
  settings('/system/clock', {
    'time-zone-name': { default: 'manual' },
    'time-zone-autodetect': flag('yes'),
    ...each({ refused: 'the time goes on by itself; declare system.ntp' }, 'date', 'time'),
  }),
  settings('/system/ntp/client', {
    enabled: flag('no'),
    mode: oneOfFrom('unicast', 'broadcast', 'multicast', 'manycast'),
    servers: {
      canonical: wordList,
      parts: { goneSince: '7.0', names: ['primary-ntp', 'secondary-ntp'], none: '0.0.0.0' },
    },
    vrf: { default: 'main', references: '/ip/vrf', since: '7.0' },
    'server-dns-names': { canonical: wordList, goneSince: '7.0' },
  }),
  {
    path: '/system/scheduler',
    identity: ['name'],
    comment: true,
    fields: {
      name: text,
      'on-event': text,
      interval: { default: '0s', canonical: time },
      'start-date': { canonical: date },
      'start-time': { canonical: timeOfDay },
      policy,
      ...disabled,
    },
  },
  {
    path: '/system/script',
    identity: ['name'],
    comment: true,
    fields: { name: text, source: text, policy, 'dont-require-permissions': flag('no'), owner: text },
  },
  {
    path: '/system/logging',
    identity: ['topics', 'action', 'prefix'],
    comment: true,
    commentSince: '7.22',
    fields: {
      topics: { canonical: wordSet },
      action: { default: 'memory', references: '/system/logging/action' },
      prefix: text,
      regex: { since: '7.17' },
      ...disabled,
    },
  },
  {
    path: '/system/logging/action',
    identity: ['name'],
    comment: false,
    builtIn: true,
    fields: {
      name: text,
      target: oneOf('memory', 'disk', 'email', 'remote', 'echo', 'script'),
      remote: { default: '0.0.0.0', canonical: address },
      'remote-port': { default: '514' },
      'src-address': { default: '0.0.0.0', canonical: address },
      'bsd-syslog': flag('no'),
    },
  },
  settings('/system/note', { note: text, 'show-at-login': flag('yes'), 'show-at-cli-login': flag('no') }),
  settings('/ip/settings', {
    ...each(flag('yes'), 'ip-forward', 'send-redirects', 'secure-redirects', 'allow-fast-path'),
    ...each(flag('no'), 'accept-redirects', 'accept-source-route', 'tcp-syncookies'),
    'rp-filter': oneOfFrom('no', 'loose', 'strict'),
    'arp-timeout': { default: '30s', canonical: time },
    'max-neighbor-entries': text,
  }),
  settings('/ip/ssh', {
    'strong-crypto': flag('no'),
    'forwarding-enabled': oneOfFrom('no', 'both', 'local', 'remote'),
    'always-allow-password-login': { canonical: yesNo },
    'host-key-type': oneOf('rsa', 'ed25519'),
  }),
  settings('/ip/neighbor/discovery-settings', {
    'discover-interface-list': { default: 'static', canonical: (value) => value.replace('! ', '!') },
    protocol: { default: 'cdp,lldp,mndp', canonical: wordSet },
    mode: oneOfFrom('tx-and-rx', 'tx-only', 'rx-only'),
    'discover-interval': { default: '30s', canonical: time },
  }),
  settings('/ip/cloud', {
    'ddns-enabled': oneOf('yes', 'no', 'auto'),
    'ddns-update-interval': { default: 'none', canonical: time },
    'update-time': flag('yes'),
  }),
  {
    path: '/ip/service',
    identity: ['name'],
    comment: false,
    fixed: true,
    // Since about 7.18 a print shows live connections as well.
    ignore: (row) => row['connection'] === 'true',
    fields: {
      name: text,
      port: text,
      address: { canonical: prefixSet },
      certificate: { default: 'none', references: '/certificate' },
      'tls-version': oneOfFrom('any', 'only-1.2'),
      'max-sessions': { default: '20', since: '7.16' },
      vrf: { default: 'main', references: '/ip/vrf', since: '7.1' },
      ...disabled,
    },
  },
  {
    path: '/certificate',
    identity: ['name'],
    comment: false,
    fields: {
      name: text,
      ...each(text, 'common-name', 'country', 'state', 'locality', 'organization', 'unit', 'subject-alt-name'),
      'days-valid': { default: '365' },
      'key-size': { default: '2048' },
      'key-usage': { canonical: wordSet },
      'digest-algorithm': { default: 'sha256' },
      trusted: { canonical: yesNo },
    },
  },
  settings('/snmp', {
    enabled: flag('no'),
    ...each(text, 'contact', 'location', 'trap-community', 'trap-target', 'trap-interfaces'),
    'trap-version': { default: '1' },
    'src-address': { default: '::' },
    'engine-id-suffix': { since: '7.10' },
  }),
  {
    path: '/snmp/community',
    identity: ['name'],
    comment: true,
    builtIn: true,
    fields: {
      name: text,
      addresses: { canonical: prefixSet },
      security: oneOfFrom('none', 'authorized', 'private'),
      'read-access': flag('yes'),
      'write-access': flag('no'),
      ...each({ ...secret, absent: () => true }, 'authentication-password', 'encryption-password'),
      ...disabled,
    },
  },
  {
    path: '/tool/netwatch',
    identity: ['host', 'type'],
    comment: true,
    fields: {
      host: { canonical: address },
      type: oneOfFrom('simple', 'icmp', 'tcp-conn', 'http-get', 'https-get', 'dns'),
      ...each({ canonical: time, clear: 'unset' }, 'interval', 'timeout'),
      ...each(text, 'up-script', 'down-script', 'name'),
      ...disabled,
    },
  },
  settings('/tool/e-mail', {
    ...each({ default: '0.0.0.0' }, 'server', 'address'),
    port: { default: '25' },
    from: { default: '<>' },
    user: text,
    password: { ...secret, absent: () => true },
    tls: { canonical: yesNo },
  }),
  settings('/tool/romon', { enabled: flag('no'), secrets: { ...secret, absent: () => true } }),
  settings('/tool/bandwidth-server', { enabled: flag('yes'), authenticate: flag('yes') }),
  ...['/tool/mac-server', '/tool/mac-server/mac-winbox'].map((path) =>
    settings(path, { 'allowed-interface-list': { default: 'all' } }),
  ),
  settings('/tool/mac-server/ping', { enabled: flag('yes') }),
  settings('/ip/traffic-flow', {
    enabled: flag('no'),
    interfaces: { default: 'all', canonical: wordSet },
    'cache-entries': text,
    ...each({ canonical: time }, 'active-flow-timeout', 'inactive-flow-timeout'),
  }),
  {
    path: '/ip/traffic-flow/target',
    identity: ['dst-address', 'port'],
    comment: false,
    fields: { 'dst-address': { canonical: address }, port: { default: '2055' }, version: text, ...disabled },
  },
];

/** Who may come in. RouterOS: System > Users. */
export const userMenus: readonly KnownMenu[] = [
  {
    path: '/user',
    identity: ['name'],
    comment: true,
    fields: {
      name: text,
      group: { references: '/user/group' },
      address: { canonical: prefixSet },
      password: { secret: true, writeOnly: true },
      ...disabled,
    },
  },
  {
    path: '/user/group',
    identity: ['name'],
    comment: true,
    fields: {
      name: text,
      policy: { canonical: grantedSet, spelled: withWithdrawn },
      skin: { default: 'default' },
    },
  },
  settings('/user/aaa', {
    'use-radius': flag('no'),
    accounting: flag('yes'),
    'default-group': { default: 'read' },
    'exclude-groups': { canonical: wordSet },
    'interim-update': { default: '0s', canonical: time },
  }),
  settings('/user/settings', { 'minimum-password-length': text, 'minimum-categories': text }),
];
