import { networkOf } from '../address-range.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';

/** Keeps in `/ip/route`, for every address of the router that is on, the route to its network. */
export function followAddresses(database: Database): void {
  const routes = new Map<number, TableRow>();
  const forget = (id: number) => {
    const route = routes.get(id);
    if (route !== undefined) database.table('/ip/route').remove(route);
    routes.delete(id);
  };
  database.table('/ip/address').watch((event) => {
    forget(event.type === 'removed' ? event.id : event.row.id);
    if (event.type === 'removed' || event.row.values.get('disabled') === 'true') return;
    routes.set(event.row.id, connected(database, event.row));
  });
}

function connected(database: Database, { values }: TableRow): TableRow {
  const prefix = values.get('address') ?? '';
  const port = database.referenced('/interface', values.get('interface'))?.values.get('name') ?? '';
  return database.addByRouter('/ip/route', {
    'dst-address': `${networkOf(prefix)}/${prefix.split('/')[1] ?? '32'}`,
    gateway: port,
    distance: '0',
    scope: '10',
    dynamic: 'true',
    connect: 'true',
  });
}

/** One route of a secret or of Framed-Route: `10.9.0.0/24`, `10.9.0.0/24 10.0.0.5 1`. */
export interface SessionRoute {
  readonly network: string;
  readonly distance: string;
}

/** Routes as a secret lists them, comma separated: network, and where wanted gateway and distance. */
export function parseRoutes(text: string): readonly SessionRoute[] {
  return text
    .split(',')
    .map((item) => item.trim().split(/\s+/))
    .filter(([network = '']) => network !== '')
    .map(([network = '', , distance = '1']) => ({
      network: network.includes('/') ? network : `${network}/32`,
      distance,
    }));
}
