import { macOfClientId, parseMac } from '../base/mac.ts';
import { RouterTrapError } from './errors.ts';
import type { RouterOsSession } from './session.ts';
import type { RouterOsRow } from './wire/reply.ts';

const leaseMenu = '/ip/dhcp-server/lease';

/** A DHCP session as RADIUS has it: User-Name is the client's MAC. */
export interface LeaseName {
  readonly username: string;
  /** Absent: any lease of that client. */
  readonly address?: string;
  /** Name of the DHCP server. Absent: any. */
  readonly server?: string;
}

/** What tells a DHCP session from others of the same device. */
export interface SessionMarks {
  /** Acct-Session-Id: RouterOS begins it with the number of the service. */
  readonly sessionId: string;
  /** Calling-Station-Id: of a DHCP client its identifier, `1:0:c:42:0:d4:64`; of others the MAC. */
  readonly mac?: string;
  /** Called-Station-Id. */
  readonly calledAt?: string;
}

/**
 * The lease that a session may be: a device at a hotspot has one, too, by the same MAC and address, which is not that
 * session's. `undefined` for what is not known to be DHCP.
 */
export function leaseNamed({
  username,
  address,
  sessionId,
  mac,
  calledAt,
}: LeaseName & SessionMarks): LeaseName | undefined {
  const name = { username, ...(address === undefined ? {} : { address }) };
  if (mac !== undefined && macOfClientId(mac) !== undefined) return name;
  if (/^8[01][0-9a-f]{6}$/.test(sessionId)) return undefined;
  if (calledAt !== undefined) return { ...name, server: calledAt };
  return /^82[0-9a-f]{6}$/.test(sessionId) ? name : undefined;
}

/**
 * Removes the lease that RADIUS gave a client, and looks again. The client keeps its address until it renews: then it is
 * asked about anew. Never a lease that somebody wrote down.
 */
export async function endLease(
  session: RouterOsSession,
  name: LeaseName,
  signal: AbortSignal,
): Promise<{ readonly result: 'disconnected' | 'gone' | 'failed'; readonly menu: string }> {
  const found = await leasesOf(session, name, signal);
  if (found.length === 0) return { result: 'gone', menu: leaseMenu };
  const remove = (id: string) => session.run(`${leaseMenu}/remove`, { '.id': id }, { signal }).catch(() => undefined);
  await Promise.all(found.map(remove));
  const left = new Set(await leasesOf(session, name, signal));
  return { result: found.some((id) => left.has(id)) ? 'failed' : 'disconnected', menu: leaseMenu };
}

async function leasesOf(
  session: RouterOsSession,
  { username, address, server }: LeaseName,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const mac = parseMac(username);
  if (mac === undefined) return [];
  const attributes = { '.proplist': '.id,address,active-address,server,active-server,dynamic,radius' };
  const { rows } = await session
    .run(`${leaseMenu}/print`, attributes, { signal, queries: [`?mac-address=${mac}`] })
    .catch(noSuchMenu);
  return rows
    .filter((row) => isRadius(row) && hasAddress(row, address) && isOf(row, server))
    .flatMap((row) => row['.id'] ?? []);
}

/** A router without the package has no leases. */
function noSuchMenu(error: unknown): { readonly rows: readonly RouterOsRow[] } {
  if (error instanceof RouterTrapError && error.knowsNoCommand) return { rows: [] };
  throw error;
}

function isRadius(row: RouterOsRow): boolean {
  return row['dynamic'] === 'true' && row['radius'] === 'true';
}

function hasAddress(row: RouterOsRow, address: string | undefined): boolean {
  return address === undefined || (row['active-address'] ?? row['address']) === address;
}

function isOf(row: RouterOsRow, server: string | undefined): boolean {
  return server === undefined || (row['active-server'] ?? row['server']) === server;
}
