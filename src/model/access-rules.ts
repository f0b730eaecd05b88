import type { QuotaPeriod } from './quota-period.ts';

/** What every login is held to beside the account itself. */
export interface AccessRules {
  /** Sessions of one login at once, wherever. */
  readonly sessions?: { readonly max: number; readonly whenExceeded: 'refuse' | 'replace-oldest' };
  /** Devices of one login: at once, or with `lock` the first so many for good. */
  readonly devices?: { readonly max: number; readonly lock: boolean };
  readonly lock?: PlaceLock;
  readonly quotas?: QuotaRules;
}

export interface QuotaRules {
  /** IANA name. */
  readonly timezone: string;
  readonly all: readonly Quota[];
}

/** What may be used in a period: `octets`, or `seconds` online. */
export interface Quota extends QuotaPeriod {
  readonly name: string;
  /** Decimal text: there may be more than a number holds. */
  readonly octets?: string;
  readonly seconds?: number;
  readonly direction: 'down' | 'up' | 'total';
}

/** Where somebody may log in from, and with what: all that is said must hold. */
export interface PlaceLock {
  /** Any of these devices, `AA:BB:CC:DD:EE:FF`. */
  readonly macs?: readonly string[];
  /** Any of these NAS. */
  readonly nas?: readonly string[];
  /** NAS-Port-Id, or NAS-Port in digits. */
  readonly port?: string;
  /** Agent-Circuit-Id. */
  readonly circuitId?: string;
}

/** Absent when there are none. */
export function someRules(rules: AccessRules): AccessRules | undefined {
  return Object.keys(rules).length === 0 ? undefined : rules;
}
