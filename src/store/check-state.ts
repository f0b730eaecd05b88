import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type LastmileError, messageOf } from '../base/errors.ts';
import { type DamagedTable, damagedTables } from './damaged-tables.ts';
import { StoreCorruptError } from './errors.ts';
import { firstOf, type JournalDamage, type JournalPlace } from './journal.ts';
import { type Chain, type DroppedSegments, digestOf, readChain } from './journal-chain.ts';
import { databaseFolder, heldFolder, type TableName, tables } from './layout.ts';
import { journalFinding, rowFinding, type StateFinding, tableFinding } from './state-finding.ts';
import { type ChainNote, chainKey, droppedKey, type Store } from './store.ts';

/** What was looked at, and what is not as it was written. */
export interface StateReport {
  readonly dir: string;
  /** Rows of each table that has any. Absent: they were not looked at. */
  readonly rows?: Readonly<Record<string, number>>;
  readonly journal: {
    readonly segments: number;
    readonly octets: number;
    /** Of the chain. */
    readonly closed: number;
    readonly commits: number;
    readonly records: number;
    /** Number of the newest commit. */
    readonly last: number;
    /** The newest link of the chain: noted elsewhere, it shows that nothing before it was changed. */
    readonly link?: string;
    /** Segments that were dropped, after as long as they were to be kept. */
    readonly dropped?: DroppedSegments;
  };
  /** Absent: it was not looked at. */
  readonly audit?: {
    readonly entries: number;
    /** The hash of the newest: noted elsewhere, it vouches for all before it. */
    readonly link?: string;
  };
  readonly findings: readonly StateFinding[];
}

/** What is looked at: a store that is at work, or a folder that is only read. */
export interface CheckedState extends Pick<Store, 'dir' | 'journal' | 'table' | 'damage' | 'tablesInUse'> {
  /** Why the database cannot be opened, where it cannot. */
  readonly unreadable?: LastmileError | undefined;
}

/** Reads every row and every commit, and compares each with its checksum. */
export async function checkState(store: CheckedState): Promise<StateReport> {
  const counted = store.unreadable === undefined ? await countRows(store) : undefined;
  const report = await verifyJournal(store);
  if (counted === undefined) return report;
  const { rows, findings } = counted;
  const tables = (await damagedTablesOf(store)).map(tableFinding);
  return { ...report, rows, findings: [...store.damage().map(rowFinding), ...findings, ...tables, ...report.findings] };
}

/** Of those that the database is made of: LevelDB compares no checksums when it reads them, or writes them anew. */
export async function damagedTablesOf(store: CheckedState): Promise<readonly DamagedTable[]> {
  return await damagedTables(join(store.dir, databaseFolder), await store.tablesInUse());
}

/** Reads the journal, and compares every closed segment with the chain: any octet of it that was changed shows. */
export async function verifyJournal(store: CheckedState): Promise<StateReport> {
  const { journal, dir } = store;
  await journal.sealed();
  const found: StateFinding[] = [];
  if (store.unreadable !== undefined) found.push(databaseFinding(store.unreadable));
  const chain = await readChain(journal.path('.'));
  const gone = chain.dropped?.segment ?? '';
  const names = (await journal.segments()).filter((name) => name > gone);
  found.push(...(await brokenChain(store, chain)));
  const sums = await changedSegments(journal, chain, names);
  found.push(...sums.findings, ...(await changedHeld(journal)));
  // Before the end of the journal is looked for: both go on meanwhile.
  const followed = Math.max(await lastFollowed(store), journal.next - 1);
  const content = await readThrough(store, names, chain);
  const { last } = content.counts;
  const isCutOff = followed > last && content.findings.length === 0;
  if (isCutOff) found.push(journalFinding({ type: 'missing', from: last + 1, to: followed }));
  const link = (chain.sealed.at(-1) ?? chain.dropped)?.link;
  return {
    dir,
    journal: {
      ...{ segments: names.length, octets: sums.octets, closed: chain.sealed.length },
      ...content.counts,
      ...(link === undefined ? {} : { link }),
      ...(chain.dropped === undefined ? {} : { dropped: chain.dropped }),
    },
    findings: [...found, ...content.findings],
  };
}

function databaseFinding(error: LastmileError): StateFinding {
  const message = `the database does not open: ${error.message}; the next start keeps what can be read of it`;
  return { code: 'LM_DATABASE_DAMAGED', message };
}

/** Number of the newest commit that has come to rows: what of the journal is cut off at its end shows by that. */
async function lastFollowed(store: CheckedState): Promise<number> {
  if (store.unreadable !== undefined) return 0;
  const marks = store.table<{ readonly place?: JournalPlace }>('marks');
  for await (const [, { place }] of marks.entries({ reverse: true, limit: 1 })) {
    if (place !== undefined && place.segment !== '') return place.sequence;
  }
  return 0;
}

async function countRows(store: CheckedState) {
  const rows: Record<string, number> = {};
  const findings: StateFinding[] = [];
  for (const name of Object.keys(tables) as TableName[]) {
    let count = 0;
    try {
      for await (const _ of store.table(name).entries()) count += 1;
    } catch (error) {
      if (!(error instanceof StoreCorruptError)) throw error;
      findings.push({ code: 'LM_ROWS_LOST', message: `table ${name} cannot be read to its end: ${error.message}` });
    }
    if (count > 0) rows[name] = count;
  }
  return { rows, findings };
}

async function brokenChain(store: CheckedState, chain: Chain): Promise<readonly StateFinding[]> {
  const findings: StateFinding[] = [];
  const broken = (message: string) => findings.push({ code: 'LM_CHAIN_BROKEN', message });
  if (chain.brokenAt !== undefined) broken(`journal/chain: line ${chain.brokenAt} does not hold, and so none after it`);
  const noted = store.unreadable === undefined ? await store.table<ChainNote>('meta').get(chainKey) : undefined;
  const links = new Set([chain.dropped, ...chain.sealed].map((each) => each?.link));
  if (noted !== undefined && !links.has(noted.link) && chain.brokenAt === undefined) {
    broken(`journal/chain: the link of ${noted.segment} is not the one that was noted: it was cut short, or made anew`);
  }
  if (store.unreadable !== undefined || chain.brokenAt !== undefined) return findings;
  const dropped = await store.table<DroppedSegments>('meta').get(droppedKey);
  // Noted first: a drop may have been cut short before the chain said so.
  const isTrue = chain.dropped === undefined || (dropped !== undefined && links.has(dropped.link));
  if (!isTrue) broken('journal/chain: segments up to the first in it were taken away, and not by lastmile');
  if (dropped !== undefined && !links.has(dropped.link)) {
    broken(`journal/chain: it does not tell of the segments that were dropped up to ${dropped.segment}`);
  }
  return findings;
}

/** Records under a legal hold, of segments that are gone, have a chain of their own. */
async function changedHeld(journal: Store['journal']): Promise<readonly StateFinding[]> {
  const dir = journal.path(heldFolder);
  const names = (await readdir(dir).catch((): string[] => [])).filter((name) => name.endsWith('.journal')).sort();
  const chain = await readChain(dir);
  const { findings } = await changedSegments(journal, chain, names, `${heldFolder}/`);
  if (chain.brokenAt === undefined) return findings;
  const message = `journal/${heldFolder}/chain: line ${chain.brokenAt} does not hold, and so none after it`;
  return [...findings, { code: 'LM_CHAIN_BROKEN', message }];
}

/** @param below the journal's folder: empty, or with a slash at its end */
async function changedSegments(journal: Store['journal'], chain: Chain, names: readonly string[], below = '') {
  const findings: StateFinding[] = [];
  const changed = (message: string) => findings.push({ code: 'LM_SEGMENT_CHANGED', message });
  const there = new Set(names);
  for (const { segment, octets, sha256 } of chain.sealed) {
    if (!there.has(segment)) {
      changed(`journal/${below}${segment} is in the chain of closed segments, and gone`);
      continue;
    }
    there.delete(segment);
    const now = await digestOf(journal.path(below + segment));
    if (now.octets !== octets)
      changed(`journal/${below}${segment} had ${octets} octets when it was closed, and has ${now.octets}`);
    else if (now.sha256 !== sha256) changed(`journal/${below}${segment} is not what it was when it was closed`);
  }
  const last = chain.sealed.at(-1)?.segment ?? '';
  for (const name of there)
    if (name < last || below !== '') changed(`journal/${below}${name} is not in the chain of closed segments`);
  const sizes = await Promise.all(names.map((name) => journal.octetsOf(below + name)));
  return { findings, octets: sizes.reduce((sum, size) => sum + size, 0) };
}

async function readThrough(store: CheckedState, names: readonly string[], { dropped }: Chain) {
  const findings: StateFinding[] = [];
  const onDamage = (damage: JournalDamage) => findings.push(journalFinding(damage));
  const counts = { commits: 0, records: 0, last: 0 };
  const [first] = names;
  const before = (dropped?.next ?? (first === undefined ? 1 : firstOf(first))) - 1;
  try {
    // What is being written now is no damage.
    const end = store.journal.end;
    for await (const { sequence, records } of store.journal.read(before, onDamage, end)) {
      counts.commits += 1;
      counts.records += records.length;
      counts.last = sequence;
    }
  } catch (error) {
    findings.push({ code: 'LM_JOURNAL_DAMAGED', message: `accounting journal: ${messageOf(error)}` });
  }
  return { counts, findings };
}
