import { readMarker } from '../reconcile/marker.ts';
import type { Marker } from '../reconcile/target.ts';
import { RouterTrapError } from '../routeros/errors.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import { RouterHidesSecretsError } from '../routeros/target-errors.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';

/** A row as the router printed it. */
export type PictureRow = RouterOsRow;

/** A router as it is: the rows of each menu in its own order, without those it makes by itself. */
export interface Picture {
  /** `7.22.3`. */
  readonly version: string;
  readonly menus: ReadonlyMap<string, readonly PictureRow[]>;
}

/** Menus in which a row is no row without its secret, and the property that holds it. */
const secrets: Readonly<Record<string, string>> = {
  '/ppp/secret': 'password',
  '/radius': 'secret',
  '/ip/hotspot/user': 'password',
};

/** Prints at once: how many a router takes is not documented. */
const atOnce = 5;

/**
 * Prints whole menus, a few at a time. One that the router has not is empty.
 *
 * @throws RouterHidesSecretsError when our account may not see secrets; the errors of the connection
 */
export async function takePicture(
  session: RouterOsSession,
  router: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Picture> {
  const menus = new Map<string, readonly PictureRow[]>(paths.map((path) => [path, []]));
  const left = ['/system/resource', ...paths];
  const worker = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift())
      menus.set(path, await print(session, path, signal));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  for (const [path, field] of Object.entries(secrets)) checkShown(router, path, field, menus.get(path) ?? []);
  const version = menus.get('/system/resource')?.[0]?.['version']?.split(' ', 1)[0] ?? '';
  return { version, menus };
}

/** The rows of a menu. */
export function rowsOf({ menus }: Picture, path: string): readonly PictureRow[] {
  return menus.get(path) ?? [];
}

/** What stands for a row until we know what becomes of it: `.id`s are its menu's own. */
export function tagOf(path: string, row: PictureRow): string {
  return `${path} ${row['.id'] ?? ''}`;
}

/** What a person wrote about a row, and who says that it is his. */
export function commentOf(row: PictureRow): { readonly text?: string; readonly marker?: Marker } {
  const { ownText, marker } = readMarker(row['comment'] ?? '');
  return { ...(ownText === '' ? {} : { text: ownText }), ...(marker === undefined ? {} : { marker }) };
}

/** `true`, `yes`: RouterOS leaves out many a flag that is not set. */
export function isSet(value: string | undefined): boolean {
  return value === 'true' || value === 'yes';
}

async function print(session: RouterOsSession, path: string, signal: AbortSignal): Promise<readonly PictureRow[]> {
  const rows: PictureRow[] = [];
  const keep = (row: PictureRow): void => {
    if (!isSet(row['dynamic'])) rows.push(row);
  };
  try {
    await printInto(session, path, keep, signal);
    return rows;
  } catch (error) {
    if (error instanceof RouterTrapError && error.knowsNoCommand) return [];
    throw error;
  }
}

/** Since 7.21 some menus show secrets to those who ask for them; others, and earlier versions, know no such word. */
async function printInto(
  session: RouterOsSession,
  path: string,
  keep: (row: PictureRow) => void,
  signal: AbortSignal,
): Promise<void> {
  const command = `${path}/print`;
  if (!(path in secrets)) return session.stream(command, {}, keep, { signal });
  try {
    await session.stream(command, { 'show-sensitive': '' }, keep, { signal });
  } catch (error) {
    const unknown =
      error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('unknown'));
    if (!unknown || error.knowsNoCommand) throw error;
    await session.stream(command, {}, keep, { signal });
  }
}

function checkShown(router: string, path: string, field: string, rows: readonly PictureRow[]): void {
  const values = rows.map((row) => row[field]);
  const hidden = values.some((value) => value !== undefined && /^\*{5}$/.test(value));
  const clear = values.some((value) => value !== undefined && value !== '' && !/^\*{5}$/.test(value));
  const absent = path !== '/ip/hotspot/user' && values.length > 0 && values.every((value) => value === undefined);
  if ((hidden && !clear) || absent) throw new RouterHidesSecretsError(router, path);
}
