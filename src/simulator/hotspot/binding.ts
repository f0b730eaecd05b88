import { isInRange } from '../address-range.ts';
import type { Database } from '../routeros/database.ts';
import { formatId } from '../routeros/table.ts';
import type { Host } from './host.ts';
import { isForServer } from './settings.ts';

/** What `/ip/hotspot/ip-binding` says of a device: the first row that matches counts. `undefined`: nothing special. */
export function bindingOf(
  database: Database,
  { mac, address, serverId }: Pick<Host, 'mac' | 'address' | 'serverId'>,
): 'bypassed' | 'blocked' | undefined {
  for (const row of database.table('/ip/hotspot/ip-binding').rows()) {
    const { values } = row;
    if (values.get('disabled') === 'true' || !isForServer(row, formatId(serverId))) continue;
    const [boundMac, range] = [values.get('mac-address') ?? noMac, values.get('address') ?? '0.0.0.0'];
    if (boundMac === noMac && range === '0.0.0.0') continue;
    if (boundMac !== noMac && boundMac !== mac) continue;
    if (range !== '0.0.0.0' && !isInRange(address, range)) continue;
    const type = values.get('type');
    return type === 'bypassed' || type === 'blocked' ? type : undefined;
  }
  return undefined;
}

const noMac = '00:00:00:00:00:00';
