import type { ExportFormat } from '../accounting/sessions/session-export.ts';
import type { Period } from '../accounting/usage/usage-periods.ts';
import { auditedExport } from '../daemon/stored/evidence.ts';
import { aloneWith } from './evidence-alone.ts';
import { exitCodes, type Io } from './io.ts';
import { withRecords } from './records.ts';
import { either } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface ExportOptions {
  readonly state: string;
  readonly format: ExportFormat;
  readonly from?: string;
  readonly till?: string;
  readonly open: boolean;
  readonly per?: Period;
  readonly reason?: string;
}

/** `lastmile export sessions|usage --from T --till T --format csv|jsonl|radacct`: to stdout, as fast as it is read. */
export async function exportCommand(
  what: 'sessions' | 'usage',
  options: ExportOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { format, from, till, open, per, reason } = options;
  const words = {
    format,
    ...(from === undefined ? {} : { from }),
    ...(till === undefined ? {} : { till }),
    ...(per === undefined ? {} : { per }),
    ...(reason === undefined ? {} : { reason }),
    by: whoOf(io),
  };
  await either(
    options,
    around,
    (daemon) =>
      written(daemon.text(`/api/v1/export/${what}?${new URLSearchParams({ ...words, open: String(open) })}`), io),
    async (engine) => written(await auditedExport({ what, open, ...words }, aloneWith(engine, around)), io),
  );
  return exitCodes.success;
}

async function written(pieces: AsyncIterable<string>, io: Io): Promise<void> {
  for await (const piece of pieces) {
    io.out(piece);
    await io.drained?.();
  }
}

export interface PersonOptions {
  readonly state: string;
  readonly reason?: string;
}

/** `lastmile export person USERNAME`: all that is stored of somebody, a JSON object a line. */
export async function exportPersonCommand(username: string, options: PersonOptions, io: Io, around: Surroundings) {
  const { reason } = options;
  const asked = { username, by: whoOf(io), ...(reason === undefined ? {} : { reason }) };
  await withRecords(options, around, async (records) => written(await records.person(asked), io));
  return exitCodes.success;
}
