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

/** Fields remembered with the words that routers have offered for them. */
const mostFields = 5000;
const mostPassed = 1000;

/**
 * Answers get lost: over the API, RouterOS leaves out up to a third of the words of long lists, others each time (seen on
 * 7.22.1). That one is left out eight times is as likely as one in ten thousand.
 */
const attempts = 8;
const emptyAttempts = 3;

/** Arguments about which old versions do not bear to be asked (7.20.8 and before: the router hangs). */
const unaskable: ReadonlySet<string> = new Set(['where', 'do', 'else', 'rule', 'command', 'on-error']);

/** A field that one may ask a router about. */
export interface Asked {
  readonly path: string;
  readonly kind: MenuReport['kind'];
  readonly field: string;
}

/** What is known of the words of a field. */
interface Seen {
  readonly offered: Set<string>;
  readonly passed: Set<string>;
}

type Asking = Pick<RouterOsSession, 'run'>;

/**
 * What routers tell about themselves by `/console/inspect`, remembered by version and shared by all routers. That a menu is
 * missing is not remembered: it may be a matter of packages.
 */
export class Inspections {
  readonly #reports = new Map<string, MenuReport>();
  readonly #seen = new Map<string, Seen>();

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

  /** Of these words, those that no router of this version has offered for the field, and that were never let pass. */
  unseen(version: RouterOsVersion | undefined, asked: Asked, words: readonly string[]): readonly string[] {
    const seen = version === undefined ? undefined : this.#seen.get(keyOf(version, asked));
    return words.filter((word) => seen?.offered.has(word) !== true && seen?.passed.has(word) !== true);
  }

  /**
   * The words that routers of this version offer for a field: at least those wanted that they have. What was offered once
   * is remembered.
   *
   * @throws the errors of the connection
   */
  async words(
    session: Asking,
    version: RouterOsVersion | undefined,
    asked: Asked,
    wanted: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const seen = this.#seenOf(version, asked);
    if (unaskable.has(asked.field)) return seen.offered;
    for (let attempt = 0; attempt < attempts && wanted.some((word) => !seen.offered.has(word)); attempt += 1) {
      // Nothing at all: a field without words.
      if (attempt >= emptyAttempts && seen.offered.size === 0) break;
      for (const word of await completions(session, argumentPath(asked), signal)) seen.offered.add(word);
    }
    return seen.offered;
  }

  /** This word was asked about, and there is nothing to say against it. */
  pass(version: RouterOsVersion | undefined, asked: Asked, word: string): void {
    const { passed } = this.#seenOf(version, asked);
    if (passed.size < mostPassed) passed.add(word);
  }

  /** How a router writes the values of a field: `time interval`. Empty where there are only words, or none to tell. */
  async notation(session: Asking, asked: Asked, signal: AbortSignal): Promise<string> {
    if (unaskable.has(asked.field)) return '';
    return definition(session, argumentPath(asked), signal);
  }

  #remember(key: string, report: MenuReport): void {
    const [oldest] = this.#reports.keys();
    if (this.#reports.size >= mostReports && oldest !== undefined) this.#reports.delete(oldest);
    this.#reports.set(key, report);
  }

  #seenOf(version: RouterOsVersion | undefined, asked: Asked): Seen {
    const key = keyOf(version, asked);
    const seen = (version && this.#seen.get(key)) ?? { offered: new Set(), passed: new Set() };
    if (version === undefined) return seen;
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= mostFields && oldest !== undefined && !this.#seen.has(key)) this.#seen.delete(oldest);
    this.#seen.set(key, seen);
    return seen;
  }
}

function keyOf(version: RouterOsVersion | undefined, { path, field }: Asked): string {
  return `${version?.text ?? ''} ${path} ${field}`;
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
  const rows = await told(session, 'completion', path, signal);
  return rows.flatMap(({ completion }) => (completion === undefined || completion.trim() === '' ? [] : completion));
}

async function definition(session: Asking, path: readonly string[], signal: AbortSignal): Promise<string> {
  const rows = await told(session, 'syntax', path, signal);
  return rows.find((row) => row['symbol-type'] === 'definition')?.['text']?.trim() ?? '';
}

async function told(
  session: Asking,
  request: 'completion' | 'syntax',
  path: readonly string[],
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, string>>[]> {
  try {
    return (await session.run('/console/inspect', { request, path: path.join(',') }, { signal })).rows;
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

function argumentPath({ path, kind, field }: Asked): readonly string[] {
  return [...partsOf(path), kind === 'rows' ? 'add' : 'set', field];
}
