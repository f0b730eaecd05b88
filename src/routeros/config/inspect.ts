import { RouterTrapError } from '../errors.ts';
import type { RouterOsSession } from '../session.ts';
import type { RouterOsVersion } from '../versions.ts';

/** What a router tells about one of its menus. */
export interface MenuReport {
  /** `rows`: they can be added. `fixed`: they can be changed alone. `settings`: there is one, without a name. */
  readonly kind: 'rows' | 'fixed' | 'settings';
  /** Names that a write takes. */
  readonly fields: ReadonlySet<string>;
  readonly ordered: boolean;
}

/** `no-such-menu`: the router knows it not, or a package is missing. `not-offered`: it cannot be asked. */
export type Report = MenuReport | 'no-such-menu' | 'not-offered';

/** Menus remembered; a handful is in use. */
const mostReports = 500;

/** Answers get lost: over the API, RouterOS leaves out some words of long lists, others each time (seen on 7.22.1). */
const attempts = 3;

type Asking = Pick<RouterOsSession, 'run'>;

/**
 * What routers tell about themselves by `/console/inspect`, remembered by version and shared by all routers. That a menu is
 * missing is not remembered: it may be a matter of packages.
 */
export class Inspections {
  readonly #reports = new Map<string, MenuReport>();

  /** @throws the errors of the connection */
  async report(
    session: Asking,
    version: RouterOsVersion | undefined,
    path: string,
    signal: AbortSignal,
  ): Promise<Report> {
    const key = `${version?.text ?? ''} ${path}`;
    const known = this.#reports.get(key);
    if (known !== undefined) return known;
    const report = await unlessRefused(inspectMenu(session, path, signal));
    if (typeof report !== 'string' && version !== undefined) this.#remember(key, report);
    return report;
  }

  /** Does this router offer that word for a field? It may leave out some, so that a `false` counts only beside another. */
  async offers(
    session: Asking,
    { path, kind, field, word }: { path: string; kind: MenuReport['kind']; field: string; word: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    const command = kind === 'rows' ? 'add' : 'set';
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const words = await completions(session, [...partsOf(path), command, field], signal);
      if (words.includes(word)) return true;
    }
    return false;
  }

  #remember(key: string, report: MenuReport): void {
    const [oldest] = this.#reports.keys();
    if (this.#reports.size >= mostReports && oldest !== undefined) this.#reports.delete(oldest);
    this.#reports.set(key, report);
  }
}

async function inspectMenu(session: Asking, path: string, signal: AbortSignal): Promise<Report> {
  const commands = new Set(await children(session, partsOf(path), 'cmd', signal));
  if (!commands.has('set') && !commands.has('add')) return 'no-such-menu';
  const argumentsOf = async (command: string) =>
    commands.has(command) ? children(session, [...partsOf(path), command], 'arg', signal) : [];
  const [added, set] = await Promise.all([argumentsOf('add'), argumentsOf('set')]);
  const names = new Set([...added, ...set]);
  const numbered = names.delete('numbers');
  for (const word of ['copy-from', 'place-before']) names.delete(word);
  const kind = commands.has('add') ? 'rows' : numbered ? 'fixed' : 'settings';
  return { kind, fields: names, ordered: commands.has('move') };
}

async function children(
  session: Asking,
  path: readonly string[],
  type: 'cmd' | 'arg',
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { rows } = await session.run('/console/inspect', { request: 'child', path: path.join(',') }, { signal });
  return rows.flatMap((row) => (row['type'] === 'child' && row['node-type'] === type ? (row['name'] ?? []) : []));
}

async function completions(session: Asking, path: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  try {
    const attributes = { request: 'completion', path: path.join(',') };
    const { rows } = await session.run('/console/inspect', attributes, { signal });
    return rows.flatMap((row) => row['completion'] ?? []);
  } catch (error) {
    if (error instanceof RouterTrapError) return [];
    throw error;
  }
}

/** RouterOS 6 and early 7 have no such command, and an account may lack the right. */
async function unlessRefused(report: Promise<Report>): Promise<Report> {
  try {
    return await report;
  } catch (error) {
    if (error instanceof RouterTrapError) return 'not-offered';
    throw error;
  }
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}
