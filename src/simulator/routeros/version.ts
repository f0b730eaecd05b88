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
