import { isIPv4 } from 'node:net';
import type { Table, TableRow } from '../routeros/table.ts';
import type { DhcpClient } from './lease-request.ts';

/** Enabled leases that somebody wrote down, found without a walk over ten thousand of them. */
export class StaticLeases {
  readonly #byClient = new Map<string, Set<TableRow>>();
  /** Which rows hold an address: rows that are disabled may repeat it. */
  readonly #byAddress = new Map<string, Set<TableRow>>();
  /** By row: where it stands in the two. */
  readonly #keys = new Map<number, { readonly row: TableRow; readonly client: string; readonly address: string }>();

  constructor(table: Table) {
    for (const row of table.rows()) this.#put(row);
    table.watch((event) => {
      this.#drop(event.type === 'removed' ? event.id : event.row.id);
      if (event.type === 'changed') this.#put(event.row);
    });
  }

  /** Those for a client, by its MAC, by its identifier, or by both. */
  for({ mac, clientId }: DhcpClient): readonly TableRow[] {
    return [keyOf(mac, clientId), keyOf(mac, ''), keyOf('', clientId)].flatMap((key) => [
      ...(this.#byClient.get(key) ?? []),
    ]);
  }

  /** Whether an address is written down for somebody: no pool hands it out to others. */
  reserves(address: string): boolean {
    return this.#byAddress.has(address);
  }

  #put(row: TableRow): void {
    const { values } = row;
    if (values.get('dynamic') === 'true' || values.get('disabled') === 'true') return;
    const client = keyOf(values.get('mac-address') ?? '', values.get('client-id') ?? '');
    const written = values.get('address') ?? '';
    const address = isIPv4(written) ? written : '';
    this.#keys.set(row.id, { row, client, address });
    if (client !== keyOf('', '')) insert(this.#byClient, client, row);
    if (address !== '') insert(this.#byAddress, address, row);
  }

  #drop(id: number): void {
    const known = this.#keys.get(id);
    if (known === undefined) return;
    this.#keys.delete(id);
    erase(this.#byClient, known.client, known.row);
    erase(this.#byAddress, known.address, known.row);
  }
}

function keyOf(mac: string, clientId: string): string {
  return `${mac} ${clientId}`;
}

function insert(index: Map<string, Set<TableRow>>, key: string, row: TableRow): void {
  const rows = index.get(key);
  if (rows === undefined) index.set(key, new Set([row]));
  else rows.add(row);
}

function erase(index: Map<string, Set<TableRow>>, key: string, row: TableRow): void {
  const rows = index.get(key);
  rows?.delete(row);
  if (rows?.size === 0) index.delete(key);
}
