import { formatMac } from '../base/mac.ts';
import type { ControllerAnswer } from './answer.ts';
import { type ClientRecord, clientRecordsIn, clientRecordsPath } from './client-records.ts';
import { invalidParametersCode } from './error-codes.ts';
import type { OperatorRequest } from './operator-session.ts';

/** Asks as the hotspot operator. */
export type AskAsOperator = (request: OperatorRequest) => Promise<ControllerAnswer>;

export type AccessEnd =
  /** Nothing lets the device in any more. `ended`: something did before. `records`: all there are of it now. */
  | { readonly result: 'over'; readonly ended: boolean; readonly records: readonly ClientRecord[] }
  /** This answer to this question kept it from being so. */
  | { readonly result: 'kept'; readonly doing: 'list' | 'disconnect'; readonly answer: ControllerAnswer }
  /** Every answer was good, and the list shows it as let in all the same. */
  | { readonly result: 'still-in' };

/** Of lists of clients that have no end. */
const mostPages = 50;

/**
 * Takes the right to be let through from a device at a site: ends every time for which it is let in that RADIUS does not
 * account, and reads the list again, since a good answer is no proof (seen on 5.15; the old records stay in it).
 *
 * @param mac `AA:BB:CC:DD:EE:FF`
 */
export async function endAccess(site: string, mac: string, ask: AskAsOperator): Promise<AccessEnd> {
  const before = await recordsOf(site, mac, ask);
  if (before.result === 'kept') return before;
  const letIn = before.records.filter(isLetIn);
  if (letIn.length === 0) return { result: 'over', ended: false, records: before.records };
  for (const { id } of letIn) {
    const path = `/api/v2/hotspot/sites/${encodeURIComponent(site)}/cmd/clients/${encodeURIComponent(id)}/disconnect`;
    const answer = await ask({ method: 'POST', path });
    // It has ended since we looked.
    const isGone = answer.type === 'refused' && answer.errorCode === invalidParametersCode;
    if (answer.type !== 'result' && !isGone) return { result: 'kept', doing: 'disconnect', answer };
  }
  const after = await recordsOf(site, mac, ask);
  if (after.result === 'kept') return after;
  const ended = new Set(letIn.map(({ id }) => id));
  if (after.records.some((record) => isLetIn(record) && ended.has(record.id))) return { result: 'still-in' };
  return { result: 'over', ended: true, records: after.records };
}

/** All that a controller has counted of the clients of a site, or of one, page by page. */
export async function recordsOf(
  site: string,
  mac: string | undefined,
  ask: AskAsOperator,
): Promise<
  { readonly result: 'read'; readonly records: readonly ClientRecord[] } | Extract<AccessEnd, { result: 'kept' }>
> {
  const found: ClientRecord[] = [];
  const key = mac === undefined ? undefined : formatMac(mac, 'XX-XX-XX-XX-XX-XX');
  let rows = 0;
  for (let page = 1; ; page += 1) {
    const answer = await ask({ method: 'GET', path: clientRecordsPath(site, page, key) });
    if (answer.type !== 'result') return { result: 'kept', doing: 'list', answer };
    const read = clientRecordsIn(answer.result);
    found.push(...read.records.filter((record) => mac === undefined || record.mac === mac));
    rows += read.rows;
    if (read.rows === 0 || rows >= read.total) return { result: 'read', records: found };
    if (page === mostPages) return { result: 'kept', doing: 'list', answer };
  }
}

/** RADIUS ends what it accounts by itself. */
function isLetIn({ valid, byRadius }: ClientRecord): boolean {
  return valid && !byRadius;
}
