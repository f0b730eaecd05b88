/** Whether a controller version, `5.15.24.19`, is that one or a later one. */
export function isControllerAtLeast(version: string, wanted: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [at, number] of wanted.split('.').map(Number).entries()) {
    const own = parts[at] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}
