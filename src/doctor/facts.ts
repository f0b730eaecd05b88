import type { Operator } from '../model/kinds/operator.ts';
import type { Router } from '../model/kinds/router.ts';
import type { OwnAccess } from '../routeros/own-access.ts';
import type { RouterOsVersion } from '../routeros/versions.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import type { PathReading } from '../usage/reading.ts';
import type { SiteTries } from './tried-hosts.ts';

/** A router as it is declared and as it was seen: all that is judged. Holds no secret. */
export interface RouterFacts {
  readonly router: Router;
  readonly operator: Operator;
  /** Somebody is let in by disabled rows here that RADIUS comes before. */
  readonly hybrid: boolean;
  /** Menus with rows of ours. */
  readonly managed: readonly string[];
  readonly access: OwnAccess;
  /** Absent: it did not say. */
  readonly version?: RouterOsVersion;
  /** Enabled rows of `/radius`. */
  readonly radius: readonly RadiusRow[];
  /** Rows of other menus; none where it has no such menu. */
  readonly rows: ReadonlyMap<string, readonly RouterOsRow[]>;
  /** Menus that our account may not read. */
  readonly forbidden: readonly string[];
  /** Wall time when it told its own, milliseconds since 1970. */
  readonly now: number;
  /** The shortest answer of its API. */
  readonly roundTripMs: number;
  /** From it to the first of our RADIUS servers. Absent: nobody answers pings there, or it may not send them. */
  readonly pingMs?: number;
  /** Whether what it was told to ping outside answered. Absent: it was not asked. */
  readonly outside?: { readonly address: string; readonly answered: boolean };
  readonly path: PathReading;
  /** What guests of its hotspots tried in vain, by site. */
  readonly tries?: readonly SiteTries[];
}

export interface RadiusRow {
  readonly address: string;
  readonly services: readonly string[];
  readonly timeoutMs?: number;
  /** Absent: any. */
  readonly source?: string;
  readonly requiresSignature?: boolean;
  /** Is its secret the one that is declared? Absent: it was not shown. */
  readonly secretMatches?: boolean;
  /** Since the router started, or they were set back. Absent: it did not say. */
  readonly counters?: RadiusCounts;
}

export interface RadiusCounts {
  readonly requests: number;
  readonly accepts: number;
  readonly rejects: number;
  readonly timeouts: number;
  readonly badReplies: number;
  readonly lastRoundTripMs?: number;
}

/** The row of a menu that has one. */
export function settingsOf(facts: RouterFacts, menu: string): RouterOsRow | undefined {
  return facts.rows.get(menu)?.[0];
}

/** Rows that are in use. */
export function enabledRows(facts: RouterFacts, menu: string): readonly RouterOsRow[] {
  return (facts.rows.get(menu) ?? []).filter(({ disabled }) => !isYes(disabled));
}

export function isYes(value: string | undefined): boolean {
  return value === 'true' || value === 'yes';
}
