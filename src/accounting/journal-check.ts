import type { Logger } from 'pino';
import type { Table } from '../store/table.ts';
import { findDamage, findGaps, lastSequence } from './journal.ts';

/** Something an operator should know about what is stored. */
export interface AccountingFinding {
  readonly code: 'LM_JOURNAL_GAP' | 'LM_JOURNAL_DAMAGED' | 'LM_SESSION_DAMAGED';
  readonly message: string;
}

/** How far the journal was found whole, kept in `meta` so that no start reads it all. */
export interface JournalMark {
  readonly checked: number;
}

export const journalMark = 'accounting-journal';

/** Checksums of so many of the newest commits are looked at: those a crash could have torn. */
const newestCommits = 256;

/**
 * Looks for missing commits since the last look and for torn ones at the end, and moves the mark.
 *
 * @returns the sequence to go on from, and what was found
 */
export async function checkJournal(
  journal: Table<string>,
  meta: Table<JournalMark>,
  log: Logger,
): Promise<{ readonly last: number; readonly findings: readonly AccountingFinding[] }> {
  const { checked } = (await meta.get(journalMark)) ?? { checked: 0 };
  const newest = await lastSequence(journal);
  // Never a sequence twice, even if the newest commits are gone.
  const last = Math.max(checked, newest);
  const findings = [...(await gaps(journal, checked, newest)), ...(await damage(journal))];
  for (const finding of findings) log.error({ code: finding.code }, finding.message);
  if (last > checked) await meta.put(journalMark, { checked: last });
  return { last, findings };
}

async function gaps(journal: Table<string>, checked: number, newest: number): Promise<AccountingFinding[]> {
  const found: AccountingFinding[] = [];
  if (newest < checked) found.push(gap(newest + 1, checked));
  for (const { from, to } of await findGaps(journal, checked, newest)) found.push(gap(from, to));
  return found;
}

function gap(from: number, to: number): AccountingFinding {
  const which = from === to ? `commit ${from} is` : `commits ${from} to ${to} are`;
  return { code: 'LM_JOURNAL_GAP', message: `accounting journal: ${which} missing` };
}

async function damage(journal: Table<string>): Promise<AccountingFinding[]> {
  const found = await findDamage(journal, newestCommits);
  return found === undefined ? [] : [{ code: found.code, message: found.message }];
}
