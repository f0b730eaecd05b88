import type { SessionQuery } from '../../accounting/sessions/session-queries.ts';
import type { ExportRequest, WhoHadAnswer, WhoHadRequest } from '../../admin/evidence.ts';
import type { SessionsRequest } from '../../admin/service.ts';
import type { AuditLog } from '../../status/audit-log.ts';
import { type ExportSurroundings, exportText } from '../sessions/exports.ts';
import { momentOf } from '../sessions/usage-answers.ts';
import { type WhoHadSurroundings, whoHad } from '../sessions/who-had.ts';

export interface EvidenceSurroundings extends WhoHadSurroundings, ExportSurroundings {
  readonly accounting: WhoHadSurroundings['accounting'] & ExportSurroundings['accounting'];
  readonly audit: Pick<AuditLog, 'record'>;
}

/** Who had an address. That it was asked, by whom and why, is kept before the answer is given. */
export async function auditedWhoHad(request: WhoHadRequest, around: EvidenceSurroundings): Promise<WhoHadAnswer> {
  const answer = await whoHad(request, around);
  const object = `${request.address} at ${answer.at}`;
  await record(around, 'whohad', request, object, `${answer.holders.length} found`);
  return answer;
}

/** Likewise, of an export. */
export async function auditedExport(
  request: ExportRequest,
  around: EvidenceSurroundings,
): Promise<AsyncIterable<string>> {
  const text = exportText(request, around);
  const { what, format, from = 'the begin', till = 'now' } = request;
  await record(around, 'export', request, `${what} from ${from} till ${till}`, `as ${format}`);
  return text;
}

/**
 * What a request for sessions means.
 *
 * @throws RequestError when a time is none
 */
export function sessionQuery(
  { all, closed, from, till, nas, limit }: Omit<SessionsRequest, 'user'>,
  { timezone, now, interimSeconds }: Pick<WhoHadSurroundings, 'timezone' | 'now' | 'interimSeconds'>,
): Omit<SessionQuery, 'user'> {
  const [since, until] = [momentOf('from', from, timezone, now), momentOf('till', till, timezone, now)];
  const isOpenOnly = all !== true && since === undefined && until === undefined;
  return {
    limit,
    interimSeconds,
    ...(closed === true ? { active: false } : isOpenOnly ? { active: true } : {}),
    ...(nas === undefined ? {} : { nas }),
    ...(since === undefined ? {} : { from: since }),
    ...(until === undefined ? {} : { till: until }),
  };
}

async function record(
  { audit, now }: EvidenceSurroundings,
  action: string,
  { by = 'unknown', reason }: Pick<WhoHadRequest, 'by' | 'reason'>,
  object: string,
  detail: string,
): Promise<void> {
  const why = reason === undefined ? {} : { reason };
  await audit.record({ at: now, who: by, action, object, ...why, result: 'done', detail });
}
