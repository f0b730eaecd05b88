import { type PortalPasswordUse, slotOf } from './portal-password.ts';

/** One use of a one-time password. */
export interface PortalLogin extends PortalPasswordUse {
  readonly site: string;
  /** For which the password was made. */
  readonly slot: number;
}

/** Which one-time passwords let somebody in already. In memory: after a restart one may work again, for two minutes. */
export interface UsedPasswords {
  /** Takes note of a use. False when there was one before, or no room to remember this one: it must not be let in then. */
  consume(login: PortalLogin, now: number): boolean;
}

/** More guests than this in one minute are not ours. */
const defaultMost = 65_536;

/** Remembers uses for as long as their passwords are good: this slot and the last. @param most uses of one slot */
export function usedPasswords(most = defaultMost): UsedPasswords {
  const slots = new Map<number, Set<string>>();
  return {
    consume(login, now) {
      const current = slotOf(now);
      for (const slot of slots.keys()) if (slot < current - 1) slots.delete(slot);
      const used = slots.get(login.slot) ?? new Set();
      const use = [login.site, login.username, login.mac, login.nas].join('\0');
      if (used.has(use) || used.size >= most) return false;
      slots.set(login.slot, used.add(use));
      return true;
    },
  };
}
