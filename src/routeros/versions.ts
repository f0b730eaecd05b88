/** A version of RouterOS: `7.22.3`, `7.15rc1` (its own text stays for people). */
export interface RouterOsVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The oldest we write to: of what is before, nothing is known. */
export const oldestVersion = '6.49';
/** The newest whose menus are known; one that is newer works by what this one has. */
export const newestVersion = '7.24';

/** What differs between versions, with the first version that has it, and the first that has it no more. */
export const differences = {
  /** `!empty` in the answer of a print that found nothing. */
  emptyReply: { since: '7.18' },
  /** `2025-06-30` where it was `jun/30/2025`. */
  isoDates: { since: '7.10' },
  /** `/file/add`, and `type` among the fields of a file. */
  fileAdd: { since: '7.15' },
  /** The switch `show-sensitive` of prints; before it, secrets are shown to whoever may see them. */
  showSensitive: { since: '7.21' },
  /** One list `servers` in `/system/ntp/client` where it was `primary-ntp` and `secondary-ntp`. */
  ntpServers: { since: '7.0' },
  /** `/radius require-message-auth`. */
  requireMessageAuth: { since: '7.15' },
  /** `/ip/service max-sessions`. */
  maxSessions: { since: '7.16' },
  /** Live connections among the rows of `/ip/service`. */
  serviceConnections: { since: '7.18' },
  /** `/console/inspect`, by which a router tells what it knows. */
  inspect: { since: '7.1' },
  /** `/ip/accounting`. */
  ipAccounting: { goneSince: '7.0' },
  /** `/interface/wifi`. */
  wifi: { since: '7.13' },
  /** Comments of sessions in `/ip/hotspot/active`. */
  hotspotActiveComment: { goneSince: '7.21' },
} as const satisfies Readonly<Record<string, Span>>;

/** Versions from one to before another; absent ends are open. */
export interface Span {
  readonly since?: string;
  readonly goneSince?: string;
}

/** `7.22.3 (stable)`, as `/system/resource` says it; `undefined` for what is no version. */
export function parseVersion(text: string): RouterOsVersion | undefined {
  const word = text.trim().split(/\s/, 1)[0] ?? '';
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(word);
  if (match === null) return undefined;
  const [major, minor, patch] = [match[1], match[2], match[3]].map((part) => Number(part ?? 0));
  return { text: word, major: major ?? 0, minor: minor ?? 0, patch: patch ?? 0 };
}

/** Is `version` at least this one? Betas and release candidates count as what they become. */
export function isAtLeast(version: RouterOsVersion, than: string): boolean {
  const other = parseVersion(than);
  if (other === undefined) return false;
  const [a, b] = [version, other].map(({ major, minor, patch }) => (major * 1000 + minor) * 1000 + patch);
  return (a ?? 0) >= (b ?? 0);
}

/** Does this version have what is there in that span? One that nobody knows has it. */
export function has(version: RouterOsVersion | undefined, { since, goneSince }: Span): boolean {
  if (version === undefined) return goneSince === undefined;
  return (
    (since === undefined || isAtLeast(version, since)) && (goneSince === undefined || !isAtLeast(version, goneSince))
  );
}

/** Is it newer than the newest that is known? A patch of that one is not. */
export function isUnknownNewer(version: RouterOsVersion): boolean {
  const newest = parseVersion(newestVersion);
  if (newest === undefined) return false;
  return version.major > newest.major || (version.major === newest.major && version.minor > newest.minor);
}
