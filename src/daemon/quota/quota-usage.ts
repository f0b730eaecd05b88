import type { SessionChange } from '../../accounting/fold-commit.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import { hourMs, quarterMs, type UsageDelta } from '../../accounting/usage/usage-deltas.ts';
import type { SlotUse } from '../../quota/pieces.ts';

/** Of a folder that an older release began: sessions of one login that are looked through for the time they took then. */
const mostSessions = 10_000;

/** How long a slot is that usage is kept in, milliseconds. Slots begin at multiples of it since 1970. */
export const slotMs = quarterMs;

export type UsageBooks = Pick<AccountingStore, 'usage' | 'history' | 'timeSince'>;

/** What logins used since a moment, as accounting has it. */
export async function usageSince(
  accounting: UsageBooks,
  logins: readonly string[],
  from: number,
  wantsTime: boolean,
): Promise<readonly SlotUse[]> {
  const since = Math.max(0, Math.floor(from / slotMs) * slotMs);
  const all = await Promise.all(
    logins.map(async (login) => [
      ...(await accounting.usage(login, since / hourMs, lastHour)).map((used) => slotOf(used, accounting.timeSince)),
      ...(wantsTime && since < accounting.timeSince ? await timeBefore(accounting, login, since) : []),
    ]),
  );
  return all.flat();
}

/** What a commit says was used. `undefined`: it can only be told by looking at everything. */
export function usageOfChange({ used }: SessionChange, timeSince: number): readonly SlotUse[] | undefined {
  if (used === undefined) return [];
  // Of a session that was open when the release came that keeps it.
  if (timeSince > 0 && used.hours.some(({ hour, onlineMs }) => onlineMs !== undefined && hour * hourMs < timeSince)) {
    return undefined;
  }
  return used.hours.map((each) => slotOf(each, timeSince));
}

function slotOf({ hour, up, down, onlineMs = 0 }: UsageDelta, timeSince: number): SlotUse {
  const at = hour * hourMs;
  return { at, up, down, online: at < timeSince ? 0n : BigInt(Math.round(onlineMs)) };
}

/** Before usage had the time, sessions have it. */
async function timeBefore(accounting: UsageBooks, login: string, from: number): Promise<readonly SlotUse[]> {
  const sessions = await accounting.history(login, mostSessions);
  return sessions.flatMap(({ startedAt, sessionSeconds, formerly }) => {
    // Not what another had of it, under another key: that counts there.
    const began = startedAt + (formerly?.seconds ?? 0) * 1000;
    return slots(Math.max(began, from), Math.min(startedAt + sessionSeconds * 1000, accounting.timeSince));
  });
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

const lastHour = 2 ** 46;
