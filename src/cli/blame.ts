import { printable } from '../base/bytes.ts';
import type { BlameRow } from '../status/blame.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

export interface BlameOptions extends RuntimeOptions {
  /** Rows. */
  readonly limit: number;
}

/** `lastmile blame WHAT`: which commit, of whom, last changed each row that we made; 1 when there is none. */
export async function blameCommand(what: string, options: BlameOptions, io: Io, around: Surroundings): Promise<number> {
  const { limit } = options;
  const rows = await either(
    options,
    around,
    (daemon) => daemon.get<readonly BlameRow[]>(`/api/v1/blame?of=${encodeURIComponent(what)}&limit=${limit}`),
    (engine) => engine.blame.of(what, limit),
  );
  if (rows.length === 0) {
    const ways = 'a router, ROUTER/menu, ROUTER/menu/row or Kind/name is needed';
    complain(new Error(`nothing that we changed is known of ${what}; ${ways}`), io);
    return exitCodes.error;
  }
  io.out(await render(rows, options.output, () => blameText(rows)));
  if (rows.length === limit) io.err(`lastmile: the first ${limit} rows; --limit shows more\n`);
  return exitCodes.success;
}

/** For a terminal. Pure. */
export function blameText(rows: readonly BlameRow[]): string {
  return table(
    ['ROW', 'ACTION', 'WHEN', 'COMMIT', 'BY', 'OWNER'],
    rows.map(({ address, action, at, revision, author, signer, subject, reason, owner }) => [
      printable(address, 120),
      `${action}d${reason === 'revision' || reason === 'request' ? '' : ` (${reason})`}`,
      new Date(at).toISOString().slice(0, 16).concat('Z'),
      `${shortOf(revision)}${subject === undefined ? '' : ` ${printable(subject, 50)}`}`,
      printable(signer ?? author ?? 'unknown', 80),
      owner,
    ]),
  );
}

/** `main@sha1:0123456789ab…` → `main@0123456789`. */
function shortOf(revision: string): string {
  const [, branch = '', hash = ''] = /^(.*)@[a-z0-9]+:([0-9a-f]+)$/.exec(revision) ?? [];
  return hash === '' ? revision : `${branch}@${hash.slice(0, 10)}`;
}
