import type { Quota } from './quota.ts';

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
