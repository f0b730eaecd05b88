import type { ScenarioStep } from '../model/generated/documents.ts';

export type Expect = NonNullable<ScenarioStep['expect']>;

/** Something that is not as expected. */
export interface Miss {
  /** The way to the field below `expect`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** What was seen beside it. */
  readonly hint?: string;
}

type Row = Readonly<Record<string, string>>;

/** How a login ended, as a device and RADIUS saw it. */
export interface SeenLogin {
  readonly accepted: boolean;
  /** What `lastmile why` shows, else the word of the router. */
  readonly reason?: string;
  /** `Mikrotik-Rate-Limit=5M/20M, …`. Absent: RADIUS let nobody in. */
  readonly reply?: string;
  readonly address?: string;
  readonly rate?: string;
}

export interface SeenSession {
  readonly username: string;
  readonly router: string;
  readonly address: string;
  readonly rate?: string;
  readonly radius: boolean;
}

export interface SeenPage {
  readonly status: number;
  readonly url: string;
  readonly heading: string;
  readonly text: string;
}

export interface SeenQuota {
  readonly name: string;
  readonly used: bigint;
  readonly left: bigint;
  readonly step: number;
}

/** Was the login of this step as expected? Pure. */
export function missedLogin(expect: Expect, seen: SeenLogin | undefined): readonly Miss[] {
  const { accept, reason, reply, address, rate } = expect;
  if ([accept, reason, reply, address, rate].every((each) => each === undefined)) return [];
  if (seen === undefined) {
    const field = accept === undefined ? (reason === undefined ? 'reply' : 'reason') : 'accept';
    return [{ path: [field], message: 'nobody logs in here: this belongs to a step with dial, lease or submit' }];
  }
  const told = seen.reason === undefined ? '' : `: ${seen.reason}`;
  return [
    ...(accept === undefined || accept === seen.accepted
      ? []
      : [{ path: ['accept'], message: seen.accepted ? 'it was let in' : `it was not let in${told}` }]),
    ...missedText(['reason'], reason, seen.reason),
    ...missedText(['address'], address, seen.address),
    ...missedText(['rate'], rate, seen.rate),
    ...missedReply(reply, seen.reply),
  ];
}

function missedReply(expected: Expect['reply'], reply: string | undefined): readonly Miss[] {
  if (expected === undefined) return [];
  const seen = repliesIn(reply ?? '');
  const hint = reply === undefined ? 'RADIUS let nobody in here' : `the answer was ${reply}`;
  return Object.entries(expected).flatMap(([name, value]) => {
    const values = seen.get(name) ?? [];
    if (value === '' ? values.length === 0 : values.includes(value)) return [];
    const was = values.length === 0 ? 'not there' : values.join(' and ');
    const instead = value === '' ? 'should not be there' : `not ${value}`;
    return [{ path: ['reply', name], message: `${name} is ${was}, and ${instead}`, hint }];
  });
}

/** `Name=value, Name=value`: a value may hold commas. */
function repliesIn(reply: string): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>();
  for (const part of reply.split(/, (?=[A-Za-z][A-Za-z0-9-]*(?:=|$))/)) {
    const at = part.indexOf('=');
    const [name, value] = at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    if (name !== '') all.set(name, [...(all.get(name) ?? []), value]);
  }
  return all;
}

/** Are those online who should be? @param who the username that an entry means. Pure. */
export function missedSessions(
  expected: NonNullable<Expect['sessions']>,
  seen: readonly SeenSession[],
  who: (entry: NonNullable<Expect['sessions']>[number]) => string | undefined,
): readonly Miss[] {
  return expected.flatMap((entry, at) => {
    const username = who(entry);
    const mine = seen.filter(
      (each) => each.username === username && (entry.router === undefined || each.router === entry.router),
    );
    const path = ['sessions', at];
    const hint = `online are: ${seen.map((each) => `${each.username} on ${each.router}`).join(', ') || 'none'}`;
    const count = missedCount([...path], entry.count, mine.length, `sessions of ${username}`, hint);
    if (count.length > 0) return count;
    return mine.flatMap((session) => [
      ...missedText([...path, 'rate'], entry.rate, session.rate),
      ...missedText([...path, 'address'], entry.address, session.address),
      ...(entry.radius === undefined || entry.radius === session.radius
        ? []
        : [
            {
              path: [...path, 'radius'],
              message: `${username} was let in by ${session.radius ? 'RADIUS' : 'a row of the router'}`,
            },
          ]),
    ]);
  });
}

/** Are the rows of one menu as expected? Pure. */
export function missedRows(
  entry: NonNullable<Expect['rows']>[number],
  rows: readonly Row[],
  path: Miss['path'],
): readonly Miss[] {
  const { menu, where = {}, have = {}, count } = entry;
  const found = rows.filter((row) => differing(row, where).length === 0);
  const words = Object.entries(where).map(([name, value]) => `${name}=${value}`);
  const what = `rows of ${menu}${words.length === 0 ? '' : ` with ${words.join(' and ')}`}`;
  const hint = `there are ${rows.length} rows${nameList(rows)}`;
  const missing = missedCount(path, count, found.length, what, hint);
  if (missing.length > 0) return missing;
  return found.flatMap((row) =>
    differing(row, have).map((name) => ({
      path: [...path, 'have', name],
      message: `${name} of ${row['name'] ?? row['.id'] ?? menu} is ${shown(row[name])}, and not ${shown(have[name])}`,
    })),
  );
}

function nameList(rows: readonly Row[]): string {
  const names = rows.flatMap((row) => row['name'] ?? row['mac-address'] ?? row['address'] ?? []);
  return names.length === 0 ? '' : `: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
}

/** Names of fields with another value than that. */
function differing(row: Row, values: Row): readonly string[] {
  return Object.keys(values).filter((name) => (row[name] ?? '') !== values[name]);
}

function shown(value: string | undefined): string {
  return value === undefined || value === '' ? 'empty' : value;
}

/** Is the page as expected? Pure. */
export function missedPage(expected: NonNullable<Expect['page']>, seen: SeenPage | undefined): readonly Miss[] {
  if (seen === undefined) return [{ path: ['page'], message: 'no page was opened yet' }];
  const { status, heading, text = [], lacks = [], url } = expected;
  const hint = `at ${seen.url} is: ${seen.text.slice(0, 400)}`;
  return [
    ...(status === undefined || status === seen.status
      ? []
      : [{ path: ['page', 'status'], message: `the status is ${seen.status}, and not ${status}`, hint }]),
    ...missedText(['page', 'heading'], heading, seen.heading),
    ...(url === undefined || seen.url.includes(url)
      ? []
      : [{ path: ['page', 'url'], message: `the page is ${seen.url}` }]),
    ...text.flatMap((words, at) =>
      seen.text.includes(words)
        ? []
        : [{ path: ['page', 'text', at], message: `the page does not say "${words}"`, hint }],
    ),
    ...lacks.flatMap((words, at) =>
      seen.text.includes(words) ? [{ path: ['page', 'lacks', at], message: `the page says "${words}"`, hint }] : [],
    ),
  ];
}

/** Is as much used as expected? @param size of the declared text. Pure. */
export function missedUsage(
  entry: NonNullable<Expect['usage']>[number],
  seen: readonly SeenQuota[],
  path: Miss['path'],
  size: (text: string) => bigint | undefined,
): readonly Miss[] {
  const { quota } = entry;
  const known = seen.map(({ name }) => name).join(', ');
  const found = quota === undefined ? (seen.length === 1 ? seen[0] : undefined) : seen.find((q) => q.name === quota);
  if (found === undefined) {
    const hint = seen.length === 0 ? 'it has no quotas' : `it has ${known}`;
    return [{ path, message: quota === undefined ? 'say which quota is meant' : `it has no quota ${quota}`, hint }];
  }
  const amounts = (['used', 'left'] as const).flatMap((name) => {
    const wanted = entry[name] === undefined ? undefined : size(entry[name]);
    if (wanted === undefined || wanted === found[name]) return [];
    return [{ path: [...path, name], message: `${found[name]} octets are ${name}, and not ${wanted}` }];
  });
  if (entry.step === undefined || entry.step === found.step) return amounts;
  return [...amounts, { path: [...path, 'step'], message: `step ${found.step} is in force, and not ${entry.step}` }];
}

export function missedText(path: Miss['path'], wanted: string | undefined, seen: string | undefined): readonly Miss[] {
  if (wanted === undefined || wanted === seen) return [];
  return [{ path, message: `it is ${shown(seen)}, and not ${wanted}` }];
}

function missedCount(
  path: Miss['path'],
  wanted: number | undefined,
  seen: number,
  what: string,
  hint: string,
): readonly Miss[] {
  if (wanted === undefined ? seen > 0 : seen === wanted) return [];
  const message = wanted === undefined ? `there are no ${what}` : `there are ${seen} ${what}, and not ${wanted}`;
  return [{ path: wanted === undefined ? path : [...path, 'count'], message, hint }];
}
