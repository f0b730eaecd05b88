import type { RouterOsSession } from './session.ts';
import type { RouterOsRow } from './wire/reply.ts';

export interface FirstRowsOptions {
  /** Property names, with commas between. */
  readonly fields: string;
  readonly queries: readonly string[];
  readonly most: number;
  readonly signal: AbortSignal;
}

/**
 * The first rows of a menu that pass the queries, at most so many: then the router is told to stop. For tables that may
 * be of any length, of which a part says enough.
 *
 * @throws the errors of the session
 */
export async function firstRows(
  session: Pick<RouterOsSession, 'stream'>,
  menu: string,
  { fields, queries, most, signal }: FirstRowsOptions,
): Promise<readonly RouterOsRow[]> {
  const rows: RouterOsRow[] = [];
  const enough = new AbortController();
  const take = (row: RouterOsRow): void => {
    if (rows.length < most) rows.push(row);
    if (rows.length === most) enough.abort();
  };
  const options = { signal: AbortSignal.any([signal, enough.signal]), queries };
  await session.stream(`${menu}/print`, { '.proplist': fields }, take, options).catch((error: unknown) => {
    if (!enough.signal.aborted) throw error;
  });
  return rows;
}
