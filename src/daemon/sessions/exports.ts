import { sessionExport } from '../../accounting/sessions/session-export.ts';
import type { SessionState } from '../../accounting/sessions/session-state.ts';
import { type InterimSeconds, viewOf } from '../../accounting/sessions/view.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import { type Period, periodsOf, quartersIn, usualSince } from '../../accounting/usage/usage-periods.ts';
import type { ExportRequest } from '../../admin/evidence.ts';
import { RequestError } from '../../admin/request-error.ts';
import { csvLine } from '../../base/csv.ts';
import { parseMac } from '../../base/mac.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Login } from '../../directory/reader.ts';
import { momentOf } from './usage-answers.ts';

export interface ExportSurroundings {
  readonly accounting: Pick<AccountingStore, 'endedIn' | 'open' | 'usage' | 'usageUsers'>;
  readonly directory?: Pick<Directory, 'login' | 'device'>;
  readonly timezone: string;
  readonly interimSeconds: InterimSeconds;
  readonly now: number;
}

/** Octets of text that are handed on together. */
const chunkLength = 64 * 1024;

/**
 * The lines of an export in pieces, read as they are taken: its size costs no memory.
 *
 * @throws RequestError, before the first piece, when what is asked for makes no sense
 */
export function exportText(request: ExportRequest, around: ExportSurroundings): AsyncIterable<string> {
  const till = moment(request, 'till', around) ?? around.now;
  const from =
    moment(request, 'from', around) ??
    (request.what === 'usage' ? usualSince(till, request.per ?? 'day', around.timezone) : 0);
  if (from > till) throw new RequestError('from is after till');
  if (request.what === 'sessions') return inPieces(sessionLines(request, from, till, around));
  if (request.format === 'radacct') throw new RequestError('radacct is a format of sessions');
  return inPieces(usageLines(request, from, till, around));
}

async function* sessionLines(
  { format, open = false }: ExportRequest,
  from: number,
  till: number,
  { accounting, directory, now, interimSeconds }: ExportSurroundings,
): AsyncIterable<string> {
  const { head, line } = sessionExport(format);
  const written = (session: SessionState) => line(viewOf(session, now, interimSeconds), ownerOf(session, directory));
  yield head;
  for await (const session of accounting.endedIn(from, till)) yield written(session);
  if (!open) return;
  for (const session of accounting.open()) if (session.startedAt < till) yield written(session);
}

async function* usageLines(
  { format, per = 'day' }: ExportRequest,
  from: number,
  till: number,
  { accounting, directory, timezone }: ExportSurroundings,
): AsyncIterable<string> {
  if (format === 'csv') yield csvLine(['username', 'subscriber', 'period', 'up', 'down', 'together']);
  const quarters = quartersIn(from, till);
  const periods = periodReader(per, timezone);
  for await (const username of accounting.usageUsers()) {
    const { subscriber } = ownerOf({ username }, directory);
    for (const { period, up, down } of periods(await accounting.usage(username, quarters.from, quarters.to))) {
      const row = { username, subscriber, period, up: `${up}`, down: `${down}`, together: `${up + down}` };
      yield format === 'jsonl' ? `${JSON.stringify(row)}\n` : csvLine(Object.values(row));
    }
  }
}

function periodReader(per: Period, timezone: string) {
  return (hours: Parameters<typeof periodsOf>[0]) => (hours.length === 0 ? [] : periodsOf(hours, per, timezone));
}

function ownerOf(
  { username }: Pick<SessionState, 'username'>,
  directory: ExportSurroundings['directory'],
): Partial<Pick<Login, 'subscriber' | 'service'>> {
  const mac = parseMac(username);
  const login = directory?.login(username) ?? (mac === undefined ? undefined : directory?.device(mac));
  return login === undefined ? {} : { subscriber: login.subscriber, service: login.service };
}

function moment(
  request: ExportRequest,
  name: 'from' | 'till',
  { timezone, now }: ExportSurroundings,
): number | undefined {
  return momentOf(name, request[name], timezone, now);
}

async function* inPieces(lines: AsyncIterable<string>): AsyncIterable<string> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < chunkLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
