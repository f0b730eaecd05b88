import { readMarker } from '../reconcile/marker.ts';
import type { Marker } from '../reconcile/row.ts';
import { Inspections } from '../routeros/config/inspect.ts';
import { RouterTrapError } from '../routeros/errors.ts';
import { unlearned } from '../routeros/learned-rows.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import { RouterHidesSecretsError } from '../routeros/target-errors.ts';
import { differences, has, parseVersion } from '../routeros/versions.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';

/** A row as the router printed it. */
export type PictureRow = RouterOsRow;

/** A router as it is: the rows of each menu in its own order, without those it makes by itself. */
export interface Picture {
  /** `7.22.3`. */
  readonly version: string;
  readonly menus: ReadonlyMap<string, readonly PictureRow[]>;
  /** Of menus with rows, where the router tells it: the names that a write takes. */
  readonly taken: Taken;
}

export type Taken = ReadonlyMap<string, ReadonlySet<string>>;

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
  const [resource] = await print(session, '/system/resource', { version: '', signal });
  const version = resource?.['version']?.split(' ', 1)[0] ?? '';
  const left = [...paths];
  const worker = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift())
      menus.set(path, await print(session, path, { version, signal }));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  // Older ones show asterisks instead: what they leave out is not there.
  const leavesOut = has(parseVersion(version), differences.showSensitive);
  for (const [path, field] of Object.entries(secrets))
    checkShown(router, path, field, menus.get(path) ?? [], leavesOut);
  return { version, menus, taken: await takenBy(session, version, menus, signal) };
}

/** Asks the router what it takes in menus in which there is something. */
async function takenBy(
  session: RouterOsSession,
  version: string,
  menus: Picture['menus'],
  signal: AbortSignal,
): Promise<Taken> {
  const parsed = parseVersion(version);
  const taken = new Map<string, ReadonlySet<string>>();
  if (!has(parsed, differences.inspect)) return taken;
  const inspections = new Inspections();
  const left = [...menus].flatMap(([path, rows]) => (rows.length === 0 ? [] : [path]));
  const worker = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const report = await inspections.report(session, parsed, path, signal);
      if (typeof report !== 'string' && report.kind !== 'fixed') taken.set(path, report.fields);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return taken;
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

/** Is it held by somebody who is not this operator? Says by whom. */
export function holderOf(row: PictureRow, operator: string): string | undefined {
  const { marker } = commentOf(row);
  return marker === undefined || marker.operator === operator ? undefined : `lm:${marker.operator}/${marker.owner}`;
}

/** The same without rows that others hold. */
export function freeOf({ menus, ...rest }: Picture, operator: string): Picture {
  const free = (rows: readonly PictureRow[]) => rows.filter((row) => holderOf(row, operator) === undefined);
  return { ...rest, menus: new Map([...menus].map(([path, rows]) => [path, free(rows)])) };
}

/** `true`, `yes`: RouterOS leaves out many a flag that is not set. */
export function isSet(value: string | undefined): boolean {
  return value === 'true' || value === 'yes';
}

/** How a menu is asked for. */
interface Asking {
  readonly version: string;
  readonly signal: AbortSignal;
}

async function print(session: RouterOsSession, path: string, asking: Asking): Promise<readonly PictureRow[]> {
  const rows: PictureRow[] = [];
  const keep = (row: PictureRow): void => {
    if (!isSet(row['dynamic'])) rows.push(row);
  };
  try {
    await printInto(session, path, keep, asking);
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
  { version, signal }: Asking,
): Promise<void> {
  const command = `${path}/print`;
  const options = { signal, queries: unlearned(path) };
  const parsed = parseVersion(version);
  if (!(path in secrets) && (parsed === undefined || !has(parsed, differences.showSensitive)))
    return session.stream(command, {}, keep, options);
  try {
    await session.stream(command, { 'show-sensitive': '' }, keep, options);
  } catch (error) {
    const unknown =
      error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('unknown'));
    if (!unknown || error.knowsNoCommand) throw error;
    await session.stream(command, {}, keep, options);
  }
}

function checkShown(
  router: string,
  path: string,
  field: string,
  rows: readonly PictureRow[],
  leavesOut: boolean,
): void {
  const values = rows.map((row) => row[field]);
  const hidden = values.some((value) => value !== undefined && /^\*{5}$/.test(value));
  const clear = values.some((value) => value !== undefined && value !== '' && !/^\*{5}$/.test(value));
  const absent =
    leavesOut && path !== '/ip/hotspot/user' && values.length > 0 && values.every((value) => value === undefined);
  if ((hidden && !clear) || absent) throw new RouterHidesSecretsError(router, path);
}
