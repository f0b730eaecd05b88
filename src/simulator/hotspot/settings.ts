import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { listOf } from '../routeros/value-types.ts';

/** A hotspot server with its profile, as they are now. */
export interface HotspotSettings {
  readonly server: TableRow;
  readonly name: string;
  /** Name of its interface. */
  readonly port: string;
  /** Of the profile, by property. */
  readonly profile: ReadonlyMap<string, string>;
  readonly loginBy: ReadonlySet<string>;
  /** `dns-name`, else `hotspot-address`: what links say. */
  readonly hostname: string;
}

/** Enabled hotspots in table order. */
export function hotspots(database: Database): readonly HotspotSettings[] {
  return [...database.table('/ip/hotspot').rows()].flatMap((row) => settingsOf(database, row) ?? []);
}

/** The hotspot of that row, unless it is gone or switched off. */
export function hotspotOf(database: Database, serverId: number): HotspotSettings | undefined {
  const row = database.table('/ip/hotspot').get(serverId);
  return row && settingsOf(database, row);
}

/** Rows of users and bindings that say nothing of a server hold for all. */
export function isForServer({ values }: TableRow, serverId: string): boolean {
  const server = values.get('server') ?? 'all';
  return server === 'all' || server === serverId;
}

function settingsOf(database: Database, server: TableRow): HotspotSettings | undefined {
  const { values } = server;
  if (values.get('disabled') === 'true') return undefined;
  // Without its profile a hotspot goes by the one that cannot be removed.
  const profile =
    database.referenced('/ip/hotspot/profile', values.get('profile')) ??
    database.table('/ip/hotspot/profile').named('default');
  const settings = profile?.values ?? new Map<string, string>();
  const dnsName = settings.get('dns-name') ?? '';
  return {
    server,
    name: values.get('name') ?? '',
    port: database.referenced('/interface', values.get('interface'))?.values.get('name') ?? '',
    profile: settings,
    loginBy: new Set(listOf(settings.get('login-by') ?? '')),
    hostname: dnsName === '' ? (settings.get('hotspot-address') ?? '0.0.0.0') : dnsName,
  };
}
