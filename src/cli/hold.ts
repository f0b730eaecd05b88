import type { HoldJson } from '../admin/records-service.ts';
import { printable } from '../base/bytes.ts';
import { compact } from '../base/compact.ts';
import { holdText } from '../daemon/stored/hold-requests.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { withRecords } from './records.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface HoldOptions extends RuntimeOptions {
  readonly address?: string;
  readonly from?: string;
  readonly till?: string;
  readonly reason: string;
}

/** `lastmile hold add [WHO] --address A --from T --till T --reason WHY`: keeps it, whatever its age. */
export async function addHoldCommand(who: string | undefined, options: HoldOptions, io: Io, around: Surroundings) {
  const { address, from, till, reason } = options;
  const hold = await withRecords(options, around, (records) =>
    records.hold(compact({ who, address, from, till, reason, by: whoOf(io) })),
  );
  io.out(await render(hold, options.output, () => `Legal hold ${hold.number} on ${printable(holdText(hold))}.\n`));
  return exitCodes.success;
}

/** `lastmile hold list`. */
export async function listHoldsCommand(options: RuntimeOptions, io: Io, around: Surroundings) {
  const holds = await withRecords(options, around, (records) => records.holds());
  io.out(await render(holds, options.output, () => listText(holds)));
  return exitCodes.success;
}

/** `lastmile hold release N --reason WHY`. */
export async function releaseHoldCommand(
  number: number,
  options: RuntimeOptions & { readonly reason: string },
  io: Io,
  around: Surroundings,
) {
  const { reason } = options;
  const hold = await withRecords(options, around, (records) => records.release({ number, reason, by: whoOf(io) }));
  io.out(await render(hold, options.output, () => `Released: ${printable(holdText(hold))}.\n`));
  return exitCodes.success;
}

function listText(holds: readonly HoldJson[]): string {
  if (holds.length === 0) return 'Nothing is under a legal hold.\n';
  const rows = holds.map((hold) =>
    [`${hold.number}`, hold.at, hold.by, holdText(hold), hold.reason].map((text) => printable(text)),
  );
  return table(['NUMBER', 'SINCE', 'BY', 'ON', 'REASON'], rows);
}
