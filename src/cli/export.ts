import type { ExportFormat } from '../accounting/session-export.ts';
import type { Period } from '../accounting/usage-periods.ts';
import { auditedExport } from '../daemon/evidence.ts';
import { aloneWith } from './evidence-alone.ts';
import { exitCodes, type Io } from './io.ts';
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
