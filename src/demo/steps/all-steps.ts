import type { Step } from '../step.ts';
import { brokenCommit } from './broken-commit.ts';
import { driftHealed } from './drift-healed.ts';
import { firstReconcile } from './first-reconcile.ts';
import { killed } from './killed.ts';
import { octetsCounted } from './octets-counted.ts';
import { onlineByLocalSecret } from './online-by-local-secret.ts';
import { onlineByRadius } from './online-by-radius.ts';
import { speedDoubled } from './speed-doubled.ts';
import { suspendedByCommit } from './suspended.ts';

/** In this order: each step begins where the one before ended. */
export const allSteps: readonly Step[] = [
  firstReconcile,
  onlineByRadius,
  onlineByLocalSecret,
  octetsCounted,
  speedDoubled,
  suspendedByCommit,
  driftHealed,
  brokenCommit,
  killed,
];
