import { createColors } from 'picocolors';

/** What the tour says, in the order in which it happens. */
export interface Say {
  /** A paragraph. */
  text(...lines: readonly string[]): void;
  step(number: number, of: number, title: string): void;
  /** Something that happened and was checked. */
  fact(text: string): void;
  /** Lines of a commit or a plan: `+` and `-` in colour. */
  lines(lines: readonly string[]): void;
  /** A command that shows it. */
  see(command: string): void;
  /** A command to try. */
  command(command: string, what: string): void;
  done(ms: number): void;
  failed(words: string): void;
}

const indent = '     ';

export function sayTo(write: (text: string) => void, color: boolean): Say {
  const paint = createColors(color);
  const line = (text: string) => write(`${text}\n`);
  const tinted = (text: string) => {
    if (/^\s*\+/.test(text)) return paint.green(text);
    return /^\s*-/.test(text) ? paint.red(text) : paint.dim(text);
  };
  return {
    text: (...lines) => lines.forEach(line),
    step: (number, of, title) => line(`\n${paint.bold(paint.cyan(`${number}/${of}`))}  ${paint.bold(title)}`),
    fact: (text) => line(`${indent}${text.split('\n').join(`\n${indent}`)}`),
    lines: (lines) => {
      for (const text of lines) line(`${indent}  ${tinted(text)}`);
    },
    see: (command) => line(`${indent}${paint.dim('see')}  ${command}`),
    command: (command, what) => line(`${indent}${paint.dim(`# ${what}`)}\n${indent}${command}`),
    done: (ms) => line(`  ${paint.green('✓')}  ${paint.dim(seconds(ms))}`),
    failed: (words) => line(`  ${paint.red('✗')}  ${words.split('\n').join(`\n${indent}`)}`),
  };
}

/** `1.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
