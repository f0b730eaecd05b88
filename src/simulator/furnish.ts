import type { Database } from './routeros/database.ts';
import { deviceModeRow } from './routeros/menus/device-mode.ts';
import { isAtLeast } from './routeros/version.ts';
import type { SimulatedRouterOsOptions, SimulatedUser } from './simulated-options.ts';

/** Puts into a new router what is asked for: its identity, addresses, users, licence, and what it is made of. */
export function furnish(database: Database, options: SimulatedRouterOsOptions, uptime: () => string): void {
  const { identity = 'MikroTik', users = [{ name: 'admin', password: '' }], addresses = [], licenceLevel } = options;
  database.settings('/system/identity').values.set('name', identity);
  for (const [name, value] of Object.entries(deviceModeRow(options.deviceMode ?? 'enterprise'))) {
    database.settings('/system/device-mode').values.set(name, value);
  }
  const licence = isAtLeast(database.version, '7') ? 'level' : 'nlevel';
  if (licenceLevel !== undefined) database.settings('/system/license').values.set(licence, licenceLevel);
  for (const address of addresses) database.addByRouter('/ip/address', { address, interface: 'ether1' });
  for (const user of users) addUser(database, user);
  if (options.flash) database.table('/ip/hotspot/profile').get(0)?.values.set('html-directory', 'flash/hotspot');
  database.addByRouter('/system/resource', resource(database.version), { live: { uptime } });
}

function addUser(database: Database, { name, password, group = 'full', policies: rights }: SimulatedUser): void {
  const own = rights === undefined ? group : `${name}-group`;
  if (rights !== undefined) database.addByRouter('/user/group', { name: own, policy: rights.join(',') });
  database.addByRouter('/user', { name, password, group: own });
}

function resource(version: string): Readonly<Record<string, string>> {
  return {
    version: `${version} (stable)`,
    'build-time': '2026-01-01 00:00:00',
    'free-memory': '805306368',
    'total-memory': '1073741824',
    cpu: 'simulated',
    'cpu-count': '2',
    'cpu-frequency': '2000',
    'cpu-load': '1',
    'free-hdd-space': '67108864',
    'total-hdd-space': '134217728',
    'architecture-name': 'x86_64',
    'board-name': 'CHR',
    platform: 'MikroTik',
  };
}
