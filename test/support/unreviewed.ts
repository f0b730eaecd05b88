import type { Approvals } from '../../src/status/approvals.ts';

/** Where no mode asks for approvals, nobody asks these. */
export const unreviewed = Object.create(null) as Approvals;
