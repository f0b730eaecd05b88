import { messageOf } from '../base/errors.ts';
import type { DamagedTable } from './damaged-tables.ts';
import type { JournalDamage } from './journal.ts';
import type { DamagedRow } from './store.ts';

/** Something an operator should know about what is stored. */
export interface StateFinding {
  readonly code:
    | 'LM_JOURNAL_GAP'
    | 'LM_JOURNAL_DAMAGED'
    | 'LM_JOURNAL_TORN'
    | 'LM_SEGMENT_CHANGED'
    | 'LM_CHAIN_BROKEN'
    | 'LM_AUDIT_CHANGED'
    | 'LM_ROW_DAMAGED'
    | 'LM_RECORD_SET_ASIDE'
    | 'LM_DATABASE_DAMAGED'
    | 'LM_ROWS_LOST';
  readonly message: string;
}

export function journalFinding(damage: JournalDamage): StateFinding {
  switch (damage.type) {
    case 'missing': {
      const { from, to } = damage;
      const which = from === to ? `commit ${from} is` : `commits ${from} to ${to} are`;
      return { code: 'LM_JOURNAL_GAP', message: `accounting journal: ${which} missing` };
    }
    case 'torn': {
      const { segment, offset, octets } = damage;
      const message = `accounting journal: ${segment} ends at octet ${offset} with ${octets} octets that are no whole commit`;
      return { code: 'LM_JOURNAL_TORN', message: `${message}: nobody was told of it, unless the file was cut short` };
    }
    case 'damaged': {
      const { segment, offset, octets, why, sequence } = damage;
      const which = sequence === undefined ? '' : `commit ${sequence}, `;
      const message = `accounting journal: ${which}octets ${offset} to ${offset + octets - 1} of ${segment}: ${why}`;
      return { code: 'LM_JOURNAL_DAMAGED', message };
    }
    case 'unreadable': {
      const { segment, error } = damage;
      return {
        code: 'LM_JOURNAL_DAMAGED',
        message: `accounting journal: ${segment} cannot be read: ${messageOf(error)}`,
      };
    }
  }
}

export function rowFinding({ table, key }: DamagedRow): StateFinding {
  const message = `stored row ${JSON.stringify(key)} of ${table} is not what was written, and is left out`;
  return { code: 'LM_ROW_DAMAGED', message };
}

export function tableFinding({ name, damage }: DamagedTable): StateFinding {
  const what = damage.type === 'index' ? 'its index' : `${damage.blocks.length} of its blocks`;
  const message = `table ${name} of the database is not what was written (${what}): lastmile state repair keeps what can be read`;
  return { code: 'LM_DATABASE_DAMAGED', message };
}

export const rowsLost: StateFinding = {
  code: 'LM_ROWS_LOST',
  message: 'the database had lost rows; what they held of accounting was worked out again from the journal',
};
