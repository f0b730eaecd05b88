import type { Menu, Property, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { clockTime, date } from '../time-values.ts';
import { failure } from '../trap.ts';
import { address, boolean, integer, oneOf, reference, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

const settingsVerbs: Menu['verbs'] = ['print', 'get', 'set'];
const yes: Property = { type: boolean, default: 'yes' };
const no: Property = { type: boolean, default: 'no' };
const free: Property = { type: text, default: '' };

/** Date and time are told when they are read. */
export const systemClock: Menu = {
  path: '/system/clock',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    time: { type: clockTime },
    date: { type: date },
    'time-zone-autodetect': yes,
    'time-zone-name': { type: text, default: 'UTC' },
    'gmt-offset': { ...shown, default: '+00:00' },
    'dst-active': flag,
  },
};

export const ntpClient: Menu = {
  path: '/system/ntp/client',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    enabled: no,
    mode: { type: oneOf('unicast', 'broadcast', 'multicast', 'manycast'), default: 'unicast' },
    servers: { ...free, since: '7' },
    vrf: { type: oneOf('main'), default: 'main', since: '7' },
    'primary-ntp': { type: address(), default: '0.0.0.0', goneSince: '7' },
    'secondary-ntp': { type: address(), default: '0.0.0.0', goneSince: '7' },
    'server-dns-names': { ...free, goneSince: '7' },
    'freq-drift': { ...shown, default: '0', since: '7' },
    status: { ...shown, since: '7', workedOut: ntpStatus },
    'synced-server': { ...shown, since: '7' },
    'synced-stratum': { ...shown, since: '7' },
    'system-offset': { ...shown, default: '0', since: '7' },
  },
};

/** The clock of a simulated router is right: whoever is asked for the time finds nothing to set. */
function ntpStatus(values: Values): string {
  if (values.get('enabled') !== 'true') return 'stopped';
  return (values.get('servers') ?? '') === '' ? 'waiting' : 'synchronized';
}

export const ntpServers: Menu = {
  path: '/system/ntp/client/servers',
  kind: 'table',
  since: '7',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  properties: {
    address: { type: text, mandatory: true },
    'resolved-address': { ...shown, default: '' },
    'min-poll': { type: integer(3, 17), default: '6' },
    'max-poll': { type: integer(3, 17), default: '10' },
    iburst: yes,
    'auth-key': { type: oneOf('none'), default: 'none' },
    dynamic: flag,
    disabled: enabled,
    comment,
  },
};

/** That of a virtual router. */
export const systemLicense: Menu = {
  path: '/system/license',
  kind: 'settings',
  since: '7',
  verbs: ['print', 'get'],
  properties: {
    'system-id': { ...shown, default: 'SIMULATED01' },
    level: { ...shown, default: 'p-unlimited' },
    'limited-upgrades': flag,
  },
};

/** Version 6 numbers the software. */
export const systemLicense6: Menu = {
  path: '/system/license',
  kind: 'settings',
  goneSince: '7',
  verbs: ['print', 'get'],
  properties: {
    'software-id': { ...shown, default: 'SIMU-LATE' },
    nlevel: { ...shown, default: '6' },
    features: { ...shown, default: '' },
  },
};

/** A virtual router has none. */
export const routerboard: Menu = {
  path: '/system/routerboard',
  kind: 'settings',
  verbs: ['print', 'get'],
  properties: { routerboard: flag },
};

const packageProperties = {
  name: shown,
  version: shown,
  'build-time': { ...shown, default: '2026-01-01 00:00:00', before: ['7.10', { default: 'jan/01/2026 00:00:00' }] },
  scheduled: { ...shown, default: '' },
  disabled: { ...enabled, readonly: true },
} as const satisfies Menu['properties'];

/** What is installed: `routeros` and what came beside it; in version 6 one for every part. */
export const systemPackages: Menu = {
  path: '/system/package',
  kind: 'table',
  nameProperty: 'name',
  verbs: ['print', 'get', 'listen', ...switchVerbs],
  properties: {
    ...packageProperties,
    size: { ...shown, default: '10485760', since: '7.18' },
    available: { ...flag, since: '7.18' },
  },
};

export const packageUpdate: Menu = {
  path: '/system/package/update',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    channel: { type: oneOf('stable', 'long-term', 'testing', 'development'), default: 'stable' },
    'installed-version': shown,
    'latest-version': shown,
    status: shown,
  },
};

export const systemNote: Menu = {
  path: '/system/note',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: { 'show-at-login': yes, 'show-at-cli-login': { ...no, since: '7.14' }, note: free },
};

/** Which lines go where. */
export const systemLogging: Menu = {
  path: '/system/logging',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default rule') : undefined),
  properties: {
    topics: free,
    action: { type: reference('/system/logging/action'), default: 'memory' },
    prefix: free,
    regex: { ...free, since: '7.17' },
    invalid: flag,
    default: { ...flag, leftOutAt: 'false' },
    disabled: enabled,
    comment: { ...comment, since: '7.22' },
  },
  initial: ['info', 'error', 'warning', 'critical'].map((topics, id) => ({
    id,
    values: { topics, action: topics === 'critical' ? 'echo' : 'memory', default: 'true' },
  })),
};

const to = (target: string, property: Property): Property => ({
  ...property,
  shownWhen: (values) => values.get('target') === target,
});

export const loggingActions: Menu = {
  path: '/system/logging/action',
  kind: 'table',
  nameProperty: 'name',
  verbs: tableVerbs,
  unique: [{ properties: ['name'], message: 'action with such name already exists' }],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default action') : undefined),
  properties: {
    name,
    target: { type: oneOf('disk', 'echo', 'email', 'memory', 'remote'), mandatory: true },
    'memory-lines': to('memory', { type: integer(1, 65_535), default: '1000' }),
    'memory-stop-on-full': to('memory', no),
    'disk-file-name': to('disk', { type: text, default: 'log' }),
    'disk-lines-per-file': to('disk', { type: integer(1, 65_535), default: '1000' }),
    'disk-file-count': to('disk', { type: integer(1, 65_535), default: '2' }),
    'disk-stop-on-full': to('disk', no),
    remember: to('echo', yes),
    remote: to('remote', { type: text, default: '0.0.0.0' }),
    'remote-port': to('remote', { type: integer(0, 65_535), default: '514' }),
    'src-address': to('remote', { type: address(), default: '0.0.0.0' }),
    'bsd-syslog': to('remote', { ...no, goneSince: '7.18' }),
    'remote-log-format': to('remote', {
      type: oneOf('cef', 'default', 'syslog'),
      default: 'default',
      since: '7.18',
    }),
    'remote-protocol': to('remote', { type: oneOf('tcp', 'udp'), default: 'udp', since: '7.18' }),
    'syslog-facility': to('remote', { type: text, default: 'daemon' }),
    'syslog-severity': to('remote', { type: text, default: 'auto' }),
    'syslog-time-format': to('remote', { type: oneOf('bsd-syslog', 'iso8601'), default: 'bsd-syslog' }),
    default: { ...flag, leftOutAt: 'false' },
  },
  initial: ['memory', 'disk', 'echo', 'remote'].map((target, id) => ({
    id,
    values: { name: target, target, default: 'true' },
  })),
};

/** Who works at the router by RADIUS. */
export const userAaa: Menu = {
  path: '/user/aaa',
  kind: 'settings',
  verbs: settingsVerbs,
  writePolicy: 'policy',
  properties: {
    'use-radius': no,
    accounting: yes,
    'interim-update': { type: time(), default: '0s' },
    'default-group': { type: reference('/user/group'), default: 'read' },
    'exclude-groups': free,
  },
};

export const userSettings: Menu = {
  path: '/user/settings',
  kind: 'settings',
  since: '7',
  verbs: settingsVerbs,
  writePolicy: 'policy',
  properties: {
    'minimum-password-length': { type: integer(0, 64), default: '0' },
    'minimum-categories': { type: integer(0, 4), default: '0' },
  },
};

/** Who is at the router now. */
export const usersActive: Menu = {
  path: '/user/active',
  kind: 'table',
  nameProperty: 'name',
  verbs: ['print', 'get', 'listen', 'remove'],
  writePolicy: 'policy',
  properties: {
    name: shown,
    address: shown,
    via: shown,
    when: shown,
    group: { ...shown, type: reference('/user/group') },
    radius: flag,
    'by-romon': { ...flag, leftOutAt: 'false', since: '7' },
  },
};
