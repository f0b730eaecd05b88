import type { SessionChange } from '../accounting/fold-commit.ts';
import type { AccountingStore } from '../accounting/store.ts';
import { hourMs } from '../accounting/usage-deltas.ts';
import type { SlotUse } from '../quota/pieces.ts';

/** Sessions of one login that are looked through for the time they took. */
const mostSessions = 10_000;

/** How long a slot is that usage is kept in, milliseconds. Slots begin at multiples of it since 1970. */
export const slotMs = hourMs;

/** What logins used since a moment, as accounting has it. */
export async function usageSince(
  accounting: Pick<AccountingStore, 'usage' | 'history'>,
  logins: readonly string[],
  from: number,
  wanted: { readonly octets: boolean; readonly time: boolean },
): Promise<readonly SlotUse[]> {
  const all = await Promise.all(
    logins.map(async (login) => [
      ...(wanted.octets ? await octetsSince(accounting, login, from) : []),
      ...(wanted.time ? await timeSince(accounting, login, from) : []),
    ]),
  );
  return all.flat();
}

/** What a commit says was used. `undefined`: it can only be told by looking at everything. */
export function usageOfChange({ before, after, used }: SessionChange): readonly SlotUse[] | undefined {
  if (before !== undefined && beginOf(before) !== beginOf(after)) return undefined;
  const octets = (used?.hours ?? []).map(({ hour, up, down }) => ({ at: hour * slotMs, up, down, online: 0n }));
  const [heard, now] = [before === undefined ? beginOf(after) : endOf(before), endOf(after)];
  const time = now >= heard ? slots(heard, now) : slots(now, heard).map((slot) => ({ ...slot, online: -slot.online }));
  return [...octets, ...time];
}

async function octetsSince(
  accounting: Pick<AccountingStore, 'usage'>,
  login: string,
  from: number,
): Promise<readonly SlotUse[]> {
  const hours = await accounting.usage(login, Math.max(0, Math.floor(from / slotMs)), lastSlot);
  return hours.map(({ hour, up, down }) => ({ at: hour * slotMs, up, down, online: 0n }));
}

async function timeSince(
  accounting: Pick<AccountingStore, 'history'>,
  login: string,
  from: number,
): Promise<readonly SlotUse[]> {
  const sessions = await accounting.history(login, mostSessions);
  return sessions.flatMap((session) => slots(Math.max(beginOf(session), from), endOf(session)));
}

/** Not what another had of it, under another key: that counts there. */
function beginOf({ startedAt, formerly }: SessionChange['after']): number {
  return startedAt + (formerly?.seconds ?? 0) * 1000;
}

/** As long as it was heard of. */
function endOf({ startedAt, sessionSeconds }: SessionChange['after']): number {
  return startedAt + sessionSeconds * 1000;
}

function slots(from: number, till: number): readonly SlotUse[] {
  const found: SlotUse[] = [];
  for (let at = from; at < till; ) {
    const slot = Math.floor(at / slotMs) * slotMs;
    const end = Math.min(slot + slotMs, till);
    found.push({ at: slot, up: 0n, down: 0n, online: BigInt(Math.round(end - at)) });
    at = end;
  }
  return found;
}

const lastSlot = 2 ** 48;
