import { messageOf } from '../base/errors.ts';
import { StoreCorruptError } from './errors.ts';
import { firstOf, type JournalDamage } from './journal.ts';
import { type Chain, digestOf, readChain } from './journal-chain.ts';
import { type TableName, tables } from './layout.ts';
import { journalFinding, rowFinding, type StateFinding } from './state-finding.ts';
import { type ChainNote, chainKey, type Store } from './store.ts';

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
  };
  readonly findings: readonly StateFinding[];
}

/** Reads every row and every commit, and compares each with its checksum. */
export async function checkState(store: Store): Promise<StateReport> {
  const { rows, findings } = await countRows(store);
  const report = await verifyJournal(store);
  return { ...report, rows, findings: [...store.damage().map(rowFinding), ...findings, ...report.findings] };
}

/** Reads the journal, and compares every closed segment with the chain: any octet of it that was changed shows. */
export async function verifyJournal(store: Store): Promise<StateReport> {
  const { journal, dir } = store;
  await journal.sealed();
  const found: StateFinding[] = [];
  const chain = await readChain(journal.path('.'));
  const names = await journal.segments();
  found.push(...(await brokenChain(store, chain)));
  const sums = await changedSegments(journal, chain, names);
  found.push(...sums.findings);
  const content = await readThrough(store, names);
  const link = chain.sealed.at(-1)?.link;
  return {
    dir,
    journal: {
      ...{ segments: names.length, octets: sums.octets, closed: chain.sealed.length },
      ...content.counts,
      ...(link === undefined ? {} : { link }),
    },
    findings: [...found, ...content.findings],
  };
}

async function countRows(store: Store) {
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

async function brokenChain(store: Store, chain: Chain): Promise<readonly StateFinding[]> {
  const findings: StateFinding[] = [];
  const broken = (message: string) => findings.push({ code: 'LM_CHAIN_BROKEN', message });
  if (chain.brokenAt !== undefined) broken(`journal/chain: line ${chain.brokenAt} does not hold, and so none after it`);
  const noted = await store.table<ChainNote>('meta').get(chainKey);
  const isThere = noted === undefined || chain.sealed.some(({ link }) => link === noted.link);
  if (!isThere && chain.brokenAt === undefined) {
    broken(`journal/chain: the link of ${noted.segment} is not the one that was noted: it was cut short, or made anew`);
  }
  return findings;
}

async function changedSegments(journal: Store['journal'], chain: Chain, names: readonly string[]) {
  const findings: StateFinding[] = [];
  const changed = (message: string) => findings.push({ code: 'LM_SEGMENT_CHANGED', message });
  const there = new Set(names);
  for (const { segment, octets, sha256 } of chain.sealed) {
    if (!there.has(segment)) {
      changed(`journal/${segment} is in the chain of closed segments, and gone`);
      continue;
    }
    const now = await digestOf(journal.path(segment));
    if (now.octets !== octets)
      changed(`journal/${segment} had ${octets} octets when it was closed, and has ${now.octets}`);
    else if (now.sha256 !== sha256) changed(`journal/${segment} is not what it was when it was closed`);
  }
  const sizes = await Promise.all(names.map((name) => journal.octetsOf(name)));
  return { findings, octets: sizes.reduce((sum, size) => sum + size, 0) };
}

async function readThrough(store: Store, names: readonly string[]) {
  const findings: StateFinding[] = [];
  const onDamage = (damage: JournalDamage) => findings.push(journalFinding(damage));
  const counts = { commits: 0, records: 0, last: 0 };
  const [first] = names;
  const before = first === undefined ? 0 : firstOf(first) - 1;
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
