import type { Step } from '../step.ts';
import { adopted } from './adopted.ts';
import { brokenCommit } from './broken-commit.ts';
import { deviceByMac } from './device-by-mac.ts';
import { driftHealed } from './drift-healed.ts';
import { firstReconcile } from './first-reconcile.ts';
import { guestOnMikrotik } from './guest-on-mikrotik.ts';
import { guestOnOmada } from './guest-on-omada.ts';
import { killed } from './killed.ts';
import { leases } from './leases.ts';
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
  guestOnMikrotik,
  guestOnOmada,
  deviceByMac,
  leases,
  octetsCounted,
  speedDoubled,
  suspendedByCommit,
  driftHealed,
  adopted,
  brokenCommit,
  killed,
];
