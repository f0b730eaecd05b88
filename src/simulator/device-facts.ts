import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Database } from './routeros/database.ts';
import { formatRouterDate } from './routeros/time.ts';
import { isAtLeast } from './routeros/version.ts';

export interface DeviceFactsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: (size: number) => Buffer;
  /** Packages beside the system's own. */
  readonly packages: readonly string[];
}

/** What a device tells of itself: its time, what is installed on it, the keys of its tunnels. */
export function tellDeviceFacts(options: DeviceFactsOptions): void {
  tellTime(options);
  tellPackages(options);
  if (options.database.find('/interface/wireguard') !== undefined) giveKeys(options);
}

/** `/system/clock`: the time is UTC. */
function tellTime({ database, clock }: DeviceFactsOptions): void {
  const since710 = isAtLeast(database.version, '7.10');
  const part = (index: number) => () => formatRouterDate(clock.now(), since710).split(' ')[index];
  database.computeWith('/system/clock', 'date', part(0));
  database.computeWith('/system/clock', 'time', part(1));
}

function tellPackages({ database, packages }: DeviceFactsOptions): void {
  const { version } = database;
  const own = isAtLeast(version, '7')
    ? ['routeros']
    : ['system', 'ppp', 'dhcp', 'hotspot', 'wireless', 'routing', 'security', 'ipv6', 'advanced-tools'];
  for (const name of [...own, ...packages]) database.addByRouter('/system/package', { name, version });
  database.settings('/system/package/update').values.set('installed-version', version);
}

/** A tunnel that nobody gave a key makes one; its public half is worked out. */
function giveKeys({ database, random }: DeviceFactsOptions): void {
  const tunnels = database.table('/interface/wireguard');
  tunnels.watch((event) => {
    if (event.type === 'changed' && !event.row.values.get('private-key')) {
      event.row.values.set('private-key', random(32).toString('base64'));
    }
  });
  database.computeWith('/interface/wireguard', 'public-key', ({ values }) => publicKeyOf(values.get('private-key')));
}

/** The public key of a private one, both in base64 (RFC 7748 §6.1). */
function publicKeyOf(privateKey: string | undefined): string {
  if (!privateKey) return '';
  // The header of a PKCS #8 document that holds a key of X25519 (RFC 8410 §7).
  const header = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const key = Buffer.concat([header, Buffer.from(privateKey, 'base64')]);
  const half = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  return half.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}
