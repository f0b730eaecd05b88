import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { isCount, type Print } from './print-menu.ts';
import type { PathReading } from './reading.ts';

const ruleMenus = ['/ip/firewall/filter', '/ip/firewall/mangle'];

/** How packets may pass the router uncounted. @param interfaces rows of `/interface` that were read anyway */
export async function readPath(print: Print, interfaces: readonly RouterOsRow[]): Promise<PathReading> {
  const fastTrackRules: string[] = [];
  for (const menu of ruleMenus) {
    const rows = await print(menu, 'chain,disabled,dynamic', ['?action=fasttrack-connection']);
    const enabled = rows.filter((row) => row['disabled'] !== 'true' && row['dynamic'] !== 'true');
    fastTrackRules.push(...enabled.map((row) => `${menu} ${row['chain'] ?? ''}`.trim()));
  }
  const [settings] = await print('/ip/settings', 'ipv4-fasttrack-active,ipv4-fast-path-active');
  const ports = await print('/interface/bridge/port', 'interface,bridge,hw-offload,disabled');
  const switches = await print('/interface/ethernet/switch', 'name,l3-hw-offloading');
  return {
    fastTrackRules: [...new Set(fastTrackRules)],
    ...flag('fastTrackActive', settings?.['ipv4-fasttrack-active']),
    ...flag('fastPathActive', settings?.['ipv4-fast-path-active']),
    offloadedPorts: ports
      .filter((row) => row['hw-offload'] === 'true')
      .map((row) => ({ port: row['interface'] ?? '', bridge: row['bridge'] ?? '' })),
    routingSwitches: switches
      .filter((row) => ['true', 'yes'].includes(row['l3-hw-offloading'] ?? ''))
      .map((row) => row['name'] ?? ''),
    interfaces: new Map(interfaces.filter(isPort).map((row) => [row['name'] ?? '', countsOf(row)])),
  };
}

function flag<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, boolean>> {
  return value === undefined ? {} : ({ [name]: value === 'true' || value === 'yes' } as Record<Name, boolean>);
}

/** Not the interface of a subscriber's session. */
function isPort(row: RouterOsRow): boolean {
  return !(row['name'] ?? '').startsWith('<');
}

function countsOf(row: RouterOsRow) {
  const count = (name: string) => (isCount(row[name]) ? BigInt(row[name]) : 0n);
  return { octets: count('rx-byte') + count('tx-byte'), fast: count('fp-rx-byte') + count('fp-tx-byte') };
}
