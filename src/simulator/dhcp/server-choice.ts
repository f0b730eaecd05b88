import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';

/** The DHCP server that hears clients of an interface; of any interface when none is named. Not those for relays. */
export function serverOn(port: string | undefined, database: Database): TableRow | undefined {
  return [...database.table('/ip/dhcp-server').rows()].find((row) => {
    const { values } = row;
    const own = database.referenced('/interface', values.get('interface'))?.values.get('name');
    if (port !== undefined && port !== own) return false;
    return (
      values.get('disabled') !== 'true' && (values.get('relay') ?? '0.0.0.0') === '0.0.0.0' && works(row, database)
    );
  });
}

/** Whether its interface is there and up, and its pool is there. Else it is shown as invalid. */
export function works({ values }: TableRow, database: Database): boolean {
  const port = database.referenced('/interface', values.get('interface'));
  const pool = values.get('address-pool') ?? 'static-only';
  if (port === undefined || port.values.get('disabled') === 'true') return false;
  return pool === 'static-only' || database.referenced('/ip/pool', pool) !== undefined;
}
