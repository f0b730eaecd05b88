export type Output = 'text' | 'json' | 'yaml';

/** Data for a person or for a program. */
export async function render(value: unknown, output: Output, text: () => string): Promise<string> {
  if (output === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  if (output === 'text') return text();
  const { stringify } = await import('yaml');
  return stringify(JSON.parse(JSON.stringify(value)), { lineWidth: 0 });
}

/** Columns aligned by their widest cell, two spaces between, no frame: easy to read and to cut. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => all.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
