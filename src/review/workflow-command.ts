/** A line that GitHub Actions, and the runners of Gitea and Forgejo, read as an annotation of a file. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** In order, and of these only those that are not empty. */
  readonly properties: Readonly<Partial<Record<'file' | 'line' | 'col' | 'endColumn' | 'title', string | number>>>;
  readonly message: string;
}

/** The line, with its end. What is in it can neither end it nor begin another command. Pure. */
export function workflowCommand({ level, properties, message }: Annotation): string {
  const named = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${level}${named.length === 0 ? '' : ` ${named.join(',')}`}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
