import { type CollectionStatus, judgeCollection } from '../status/collection.ts';
import type { Trouble } from './finding.ts';

/** Readings of a router's counters that are late. Pure. */
export function checkCollection(status: CollectionStatus): readonly Trouble[] {
  const { status: collected, message } = judgeCollection(status);
  if (collected !== 'False') return [];
  return [
    {
      code: 'LM_NOT_COLLECTED',
      says: `usage of its sessions: ${message}`,
      mend: `lastmile api-log ${status.router} shows what it answered`,
    },
  ];
}
