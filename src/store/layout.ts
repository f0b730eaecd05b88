/**
 * The layout of the state folder, all of it.
 *
 *     state/
 *       lock-holder.json    who holds the folder: { pid, process, since }, for the words of "in use by"
 *       journal/            what was acknowledged, see `journal.ts` and `journal-format.ts`
 *         <first commit, 14 hex digits>.journal
 *         chain             of closed segments, see `journal-chain.ts`
 *         held/             records under a legal hold, of segments that were dropped; with a chain of their own
 *       db/                 LevelDB, one writer (its own LOCK): all the rest, and what the journal comes to
 *       git/                mirrors of repositories elsewhere, made anew by a fetch
 *       erasures-due.json   after a restore: who is to be erased in it first, see `daemon/stored/due-erasures.ts`
 *       reserve             nothing: room to open the database when the disk is full, see `reserve.ts`
 *
 * A LevelDB key is `<table>:<key>`, UTF-8, values are `~<CRC-32 of key and text, 8 hex digits><text>`. Tables:
 *
 * | table       | key                                   | value                                               |
 * |-------------|---------------------------------------|-----------------------------------------------------|
 * | `meta`      | name                                  | JSON; `schema` → { version }, `flows` and NAS → id  |
 * | `journal`   | commit sequence (contiguous from 1)   | of schema 1: a commit, until it is in the journal   |
 * | `recent`    | commit of sessions, contiguous        | of schema 1: its sessions, until they have rows     |
 * | `marks`     | number, contiguous                    | JSON, how far the journal has come to rows          |
 * | `sessions`  | session key                           | JSON, an open session                               |
 * | `closed`    | stop time, session key                | JSON, a session that ended                          |
 * | `history`   | username, start time, session key     | JSON, its key in `closed`                           |
 * | `latest`    | NAS, Acct-Session-Id, username        | JSON, key in `closed` of the last session so named  |
 * | `addresses` | address, duration, start, session key | JSON, when that closed session ended; `address-rows.ts` |
 * | `nat`       | NAS, since when                       | JSON, how it translates addresses from then on      |
 * | `usage`     | username, hour since 1970, session key | JSON, what it used in that hour, see `usage-rows.ts` |
 * | `totals`    | NAS, username                         | JSON, `UserTotals` of a hotspot user as last read   |
 * | `inventory` | target and row                        | JSON, rows made on a target                         |
 * | `directory` | row of the subscriber directory       | JSON                                                |
 * | `outbox`    | NAS, number (grows)                   | JSON, what a session has still to be told           |
 * | `quota`     | subscription                          | JSON, since when it is, and its step of a quota     |
 * | `topups`    | subscription, number (grows)          | JSON, what it was given beside its quotas           |
 * | `devices`   | username, MAC                         | JSON, a device that a login is bound to             |
 * | `audit`     | sequence                              | JSON                                                |
 * | `blame`     | target, menu, identity                | JSON, who last had that row changed, see `blame.ts` |
 * | `events`    | number (grows)                        | JSON, what happened, for webhooks and the stream    |
 * | `webhooks`  | name                                  | JSON, up to which event it was told                 |
 * | `letters`   | name of the webhook, event number     | JSON, an event that it did not take                 |
 * | `holds`     | number (grows)                        | JSON, what is kept whatever its age: a legal hold   |
 * | `erased`    | digest of a username                  | JSON, up to which commit nothing of it counts       |
 *
 * Besides, `meta` holds one row each of what there is once, such as `plan-seal` (the key of checksums of plans), and rows whose
 * key begins with what they are: `pause`, `prevent-destroy`, `drift`, `approval`, `reviewed`.
 *
 * Keys of several parts come from `keyOf`: their order is that of the parts, numbers by value, text by code point.
 */
export const tables = {
  meta: 'json',
  journal: 'text',
  recent: 'json',
  marks: 'json',
  sessions: 'json',
  closed: 'json',
  history: 'json',
  latest: 'json',
  addresses: 'json',
  nat: 'json',
  usage: 'json',
  totals: 'json',
  inventory: 'json',
  directory: 'json',
  outbox: 'json',
  quota: 'json',
  topups: 'json',
  devices: 'json',
  audit: 'json',
  blame: 'json',
  events: 'json',
  webhooks: 'json',
  letters: 'json',
  holds: 'json',
  erased: 'json',
} as const;

export type TableName = keyof typeof tables;

/** Raise it together with a migration from the version before. */
export const schemaVersion = 2;

/** Name in `meta` of the schema version. */
export const schemaKey = 'schema';

/** Where the database lies below the state folder. */
export const databaseFolder = 'db';
/** LevelDB's own, in the database folder: held open, and never removed, as long as the database is open. */
export const databaseLockFile = 'LOCK';
export const journalFolder = 'journal';
export const dueErasuresFile = 'erasures-due.json';
/** Below `journalFolder`. */
export const heldFolder = 'held';
export const lockHolderFile = 'lock-holder.json';
/** Takes room, and holds nothing. */
export const reserveFile = 'reserve';

/**
 * A key whose order is that of its parts: numbers (whole, 0 to 2^53 − 1) by value, text by code point, a shorter list of parts
 * before the longer ones it begins.
 *
 * @throws RangeError for a number that is not a safe whole one
 */
export function keyOf(...parts: readonly (string | number)[]): string {
  return parts.map((part) => (typeof part === 'number' ? numberKey(part) : textKey(part))).join('');
}

/** The range of all keys that begin with these parts, for `entries`. */
export function keysUnder(
  first: string | number,
  ...rest: readonly (string | number)[]
): { readonly gte: string; readonly lt: string } {
  const start = keyOf(first, ...rest);
  const last = start.charCodeAt(start.length - 1);
  return { gte: start, lt: start.slice(0, -1) + String.fromCharCode(last + 1) };
}

/** A whole number as 14 hexadecimal digits. */
export function numberKey(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a key: ${value}`);
  return value.toString(16).padStart(14, '0');
}

/** The number a `numberKey` stands for. */
export function parseNumberKey(key: string): number {
  return Number.parseInt(key, 16);
}

const ends = '\0\u0001';

/** Text that ends itself: NUL within is escaped, so that what follows can neither be read as text nor overtake it. */
function textKey(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\0\u00ff') : text) + ends;
}

/** The first part of a key of `keyOf`, where that is text. */
export function firstTextOf(key: string): string {
  return textOf(key.slice(0, key.indexOf(ends) + ends.length));
}

/** The text that a part of a key of `keyOf` stands for, which is all that is given. */
export function textOf(part: string): string {
  const text = part.slice(0, -ends.length);
  return text.includes('\0') ? text.replaceAll('\0\u00ff', '\0') : text;
}

const troublesome = /[\0\p{Cs}]/gu;
/** Of a pair or not: where there is none of these, NUL is all there is to look for. */
const surrogate = /[\ud800-\udfff]/;

/**
 * A key as the disk gets it. UTF-8 has no half surrogate pairs and would make them all U+FFFD, so that two names become one:
 * they are escaped, with NUL as the escape. Order stays but for them: they come first.
 */
export function toDiskKey(table: TableName, key: string): string {
  if (surrogate.test(key)) return `${table}:${key.replace(troublesome, escaped)}`;
  let diskKey = `${table}:`;
  let from = 0;
  for (let at = key.indexOf('\0'); at !== -1; at = key.indexOf('\0', from)) {
    diskKey += `${key.slice(from, at)}\0\0`;
    from = at + 1;
  }
  return diskKey + key.slice(from);
}

function escaped(found: string): string {
  return found === '\0' ? '\0\0' : `\0${found.charCodeAt(0).toString(16)}`;
}

export function fromDiskKey(table: TableName, key: string): string {
  const bare = key.slice(table.length + 1);
  if (!bare.includes('\0')) return bare;
  return bare.replace(/\0(?:\0|([0-9a-f]{4}))/g, (_, unit?: string) =>
    unit === undefined ? '\0' : String.fromCharCode(Number.parseInt(unit, 16)),
  );
}

/** The key after the last of a table: `;` follows `:`. */
export function tableEnd(table: TableName): string {
  return `${table};`;
}
