import { parseAddressRange } from '../../accounting/addresses/address-range.ts';
import type { HoldJson, HoldRequest, ReleaseRequest } from '../../admin/records-service.ts';
import { RequestError } from '../../admin/request-error.ts';
import { compact } from '../../base/compact.ts';
import type { LegalHold, LegalHolds } from '../../retention/legal-holds.ts';
import type { AuditLog } from '../../status/audit-log.ts';
import { type NamedLogins, usersNamed } from '../sessions/sessions-named.ts';
import { momentOf } from '../sessions/usage-answers.ts';

export interface HoldSurroundings {
  readonly holds: LegalHolds;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Absent: nobody knows what a subscriber goes by. */
  readonly directory?: NamedLogins;
  /** Absent: nobody knows it. A time needs its offset then, for of what is not held evidence goes. */
  readonly timezone: string | undefined;
  readonly now: number;
}

/**
 * Keeps from now on what is asked for. It is in force when the promise resolves, and in the audit log.
 *
 * @throws RequestError when nothing, or no address or time, is named
 */
export async function addHold(request: HoldRequest, around: HoldSurroundings): Promise<LegalHold> {
  const { who, address, reason, by } = request;
  const { directory, holds, now } = around;
  const [from, till] = (['from', 'till'] as const).map((name) => heldMoment(name, request[name], around));
  if (who === undefined && address === undefined && from === undefined && till === undefined) {
    throw new RequestError('name whom it is about, an address, or a time');
  }
  if (address !== undefined && parseAddressRange(address) === undefined) {
    throw new RequestError(`${JSON.stringify(address)} is no address: 10.0.0.1, 10.0.0.0/24 or 2001:db8::1`);
  }
  if (from !== undefined && till !== undefined && from >= till) throw new RequestError('from is not before till');
  const usernames = who === undefined ? undefined : namesOf(who, directory);
  const hold = await holds.add(compact({ at: now, by, reason, who, usernames, address, from, till }));
  await record(around, 'hold', hold, { by, reason });
  return hold;
}

/** @returns `undefined` when there is none of that number */
export async function releaseHold(
  { number, reason, by }: ReleaseRequest,
  around: HoldSurroundings,
): Promise<LegalHold | undefined> {
  const hold = await around.holds.release(number);
  if (hold !== undefined) await record(around, 'release-hold', hold, { by, reason });
  return hold;
}

export function holdJson({ at, from, till, ...hold }: LegalHold): HoldJson {
  const text = (moment: number) => new Date(moment).toISOString();
  return {
    ...hold,
    at: text(at),
    ...(from === undefined ? {} : { from: text(from) }),
    ...(till === undefined ? {} : { till: text(till) }),
  };
}

/** What a hold is on, for people: `anna, 10.0.0.1, from 2026-…`. */
export function holdText({ who, address, from, till }: Pick<HoldJson, 'who' | 'address' | 'from' | 'till'>): string {
  const times = [from === undefined ? '' : `from ${from}`, till === undefined ? '' : `till ${till}`];
  return [who, address, ...times].filter((part) => part !== undefined && part !== '').join(', ');
}

/** @throws RequestError when it is no moment, or of a time zone that is not known */
function heldMoment(name: string, text: string | undefined, { timezone, now }: HoldSurroundings): number | undefined {
  const at = momentOf(name, text, timezone ?? 'UTC', now);
  if (timezone !== undefined || text === undefined || !isLocal(text)) return at;
  const whole = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T');
  throw new RequestError(
    `${name} ${JSON.stringify(text)}: the time zone is not known now; write ${whole}Z, or with the offset, as in +01:00`,
  );
}

/** A day or a time without its offset. */
const isLocal = (text: string) => /^\d{4}-/.test(text) && !/(?:[Zz]|[+-]\d{2}:\d{2})$/.test(text);

/** A subscriber's own name may be his username, or nobody's. */
function namesOf(who: string, directory: NamedLogins | undefined): readonly string[] {
  return [...new Set([who, ...(directory === undefined ? [] : usersNamed(directory, who))])];
}

async function record(
  { audit, now }: HoldSurroundings,
  action: string,
  hold: LegalHold,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> {
  const object = `hold ${hold.number}: ${holdText(holdJson(hold))}`;
  await audit.record({ at: now, who: by, action, object, reason, result: 'done', detail: '' });
}
