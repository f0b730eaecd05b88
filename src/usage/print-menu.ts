import { RouterTrapError } from '../routeros/errors.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';

export type Print = (menu: string, proplist: string, queries?: readonly string[]) => Promise<readonly RouterOsRow[]>;

/** Prints a menu; none of its rows where the router has no such menu or does not let us see it. */
export function printer(session: RouterOsSession, signal: AbortSignal): Print {
  const print = shownPrinter(session, signal);
  return async (...menu) => (await print(...menu)) ?? [];
}

/** The same, with `undefined` for a menu that is not shown. */
export function shownPrinter(
  session: RouterOsSession,
  signal: AbortSignal,
): (...menu: Parameters<Print>) => Promise<readonly RouterOsRow[] | undefined> {
  return async (menu, proplist, queries = []) => {
    const rows: RouterOsRow[] = [];
    try {
      await session.stream(`${menu}/print`, { '.proplist': proplist }, (row) => void rows.push(row), {
        signal,
        queries,
      });
    } catch (error) {
      if (!(error instanceof RouterTrapError && isHidden(error))) throw error;
      return undefined;
    }
    return rows;
  };
}

function isHidden(error: RouterTrapError): boolean {
  return error.knowsNoCommand || error.traps.some(({ message }) => message.startsWith('not enough permissions'));
}

/** Is this a counter as RouterOS prints it? */
export function isCount(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,20}$/.test(text);
}
