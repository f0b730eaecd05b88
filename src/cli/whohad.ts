import type { HolderJson, WhoHadAnswer } from '../admin/evidence.ts';
import { printable } from '../base/bytes.ts';
import { auditedWhoHad } from '../daemon/stored/evidence.ts';
import { aloneWith } from './evidence-alone.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface WhoHadOptions extends RuntimeOptions {
  readonly at?: string;
  readonly limit: number;
  readonly reason?: string;
}

/** `lastmile whohad IP[:PORT] --at TIME`: 0, also when nobody had it. */
export async function whoHadCommand(
  address: string,
  options: WhoHadOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { at, limit, reason } = options;
  const asked = {
    address,
    ...(at === undefined ? {} : { at }),
    ...(reason === undefined ? {} : { reason }),
    by: whoOf(io),
  };
  const answer = await either(
    options,
    around,
    (daemon) => daemon.get<WhoHadAnswer>(`/api/v1/whohad?${new URLSearchParams({ ...asked, limit: String(limit) })}`),
    (engine) => auditedWhoHad({ ...asked, limit }, aloneWith(engine, around)),
  );
  for (const note of answer.notes) io.err(`lastmile: ${note}\n`);
  if (answer.more) io.err(`lastmile: there are more than the ${limit} shown; --limit ${limit * 10} shows more\n`);
  io.out(await render(answer, options.output, () => answerText(answer)));
  return exitCodes.success;
}

function answerText({ address, at, holders }: WhoHadAnswer): string {
  if (holders.length === 0) return `As far as accounting knows nobody had ${printable(address)} at ${at}.\n`;
  return table(['', 'USER', 'SUBSCRIBER', 'ADDRESS', 'FROM', 'TILL', 'NAS', 'SESSION', 'CALLER'], holders.map(row));
}

function row({ match, username, subscriber, address, outside, from, till, session }: HolderJson): readonly string[] {
  const lastHeard = session.stale ? `? last heard ${session.updatedAt}` : 'now';
  return [
    match === 'held' ? 'held' : 'perhaps',
    printable(username),
    subscriber ?? '',
    `${printable(address)}${outside === undefined ? '' : ` as ${outsideText(outside)}`}`,
    from,
    till ?? lastHeard,
    session.nas,
    printable(session.sessionId),
    printable(session.callingStationId ?? ''),
  ];
}

/** `198.51.100.7:1024-3039 of core-1`. */
function outsideText({ address, ports, nas }: Required<HolderJson>['outside']): string {
  return `${address}${ports === undefined ? '' : `:${ports.join('-')}`} of ${nas}`;
}
