/** Whether `version` (`7.22.3`) is `since` or later, number by number. */
export function isAtLeast(version: string, since: string): boolean {
  const have = version.split('.').map(Number);
  const want = since.split('.').map(Number);
  for (let i = 0; i < Math.max(have.length, want.length); i += 1) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** What the router does otherwise from some version on; names of properties and menus have theirs where they are. */
const firsts = {
  /** A login by name and password; before, by a challenge. */
  plainLogin: '6.43',
  /** `/console/inspect`. */
  inspect: '7.1',
  /** `2025-06-30` where it was `jun/30/2025`. */
  isoDates: '7.10',
  /** `!empty` before the `!done` of a print without rows. */
  emptyReply: '7.18',
  /** Live connections among the rows of `/ip/service` (terraform-provider-routeros#254). */
  serviceConnections: '7.18',
  /** `show-sensitive`, and prints that may hide secrets without it. */
  showSensitive: '7.21',
} as const;

/** Whether a version has it. */
export function has(version: string, what: keyof typeof firsts): boolean {
  return isAtLeast(version, firsts[what]);
}
