import { printable } from '../base/bytes.ts';

export interface FramePlace {
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
}

const width = 110;
const secretKey = /^(\s*(?:- )*|.*[{,]\s*)["']?(password|secret|masterKey|ntHash)["']?\s*:(.*)$/;

/**
 * The line of a finding with one line on each side and a mark under the place. Values of secret fields are blotted out:
 * frames end up in the logs of pull requests.
 */
export function codeFrame(text: string, { line, column, endColumn }: FramePlace): readonly string[] {
  const first = Math.max(1, line - 1);
  const shown = linesAround(text, first, line + 1);
  const digits = String(line + 1).length;
  return shown.flatMap((content, index) => {
    const number = first + index;
    const gutter = ` ${number === line ? '>' : ' '} ${String(number).padStart(digits)} | `;
    const { cut, shift } = clip(content, number === line ? column : 1);
    if (number !== line) return [`${gutter}${cut}`.trimEnd()];
    const length = Math.min(Math.max(1, (endColumn ?? column + 1) - column), Math.max(1, width - (column - shift)));
    const mark = `${' '.repeat(Math.max(0, column - 1 - shift))}${'^'.repeat(length)}`;
    return [`${gutter}${cut}`, `   ${' '.repeat(digits)} | ${mark}`];
  });
}

/** Lines `from` to `to` that exist, secrets hidden. */
function linesAround(text: string, from: number, to: number): readonly string[] {
  const lines: string[] = [];
  let start = 0;
  let hiddenBelow: number | undefined;
  for (let number = 1; number <= to && start <= text.length; number += 1) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const raw = text
      .slice(start, end)
      .replace(/\r$/, '')
      .replace(/^\uFEFF/, '');
    start = end + 1;
    const indent = raw.search(/\S/);
    if (hiddenBelow !== undefined && indent !== -1 && indent <= hiddenBelow) hiddenBelow = undefined;
    const { content, opens } = hideSecret(raw, hiddenBelow !== undefined);
    if (opens) hiddenBelow = indent;
    if (number >= from && !(newline === -1 && raw === '' && number > from)) lines.push(content);
  }
  return lines;
}

function hideSecret(raw: string, inSecret: boolean): { content: string; opens: boolean } {
  if (inSecret) return { content: `${' '.repeat(Math.max(0, raw.search(/\S/)))}[secret]`, opens: false };
  const found = secretKey.exec(raw.slice(0, 4096));
  if (found === null) return { content: raw, opens: false };
  const value = (found[3] ?? '').trim();
  if (value.startsWith('{') || value === '') return { content: raw, opens: false };
  return { content: `${raw.slice(0, raw.slice(0, 4096).length - (found[3] ?? '').length)} [secret]`, opens: true };
}

/** At most `width` characters of a line, so chosen that `column` is seen. One character stays one column. */
function clip(content: string, column: number): { readonly cut: string; readonly shift: number } {
  const shift = column > width - 10 ? column - Math.floor(width / 2) : 0;
  const plain = content.slice(shift, shift + width).replaceAll('\t', ' ');
  return { cut: safe(plain), shift };
}

function safe(text: string): string {
  return text.replace(/./gsu, (character) => (printable(character) === character ? character : '\u00b7'));
}
