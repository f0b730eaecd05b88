import { printable } from '../base/bytes.ts';
import { type HiddenLine, LineHider } from './hidden-lines.ts';

export interface FramePlace {
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
}

const width = 110;
/** Lines before, in which a secret may begin that goes on into those shown. */
const lookedBack = 1000;

/**
 * The line of a finding with one line on each side and a mark under the place. What may be a secret is blotted out.
 *
 * @param isWrongYaml then nothing on a line need end where it seems to
 */
export function codeFrame(text: string, place: FramePlace, isWrongYaml = false): readonly string[] {
  const { line } = place;
  const first = Math.max(1, line - 1);
  const shown = linesAround(text, first, line + 1, isWrongYaml);
  const digits = String(line + 1).length;
  return shown.flatMap(({ content, column: now }, index) => {
    const number = first + index;
    const column = now(place.column);
    const endColumn = place.endColumn === undefined ? undefined : now(place.endColumn);
    const gutter = ` ${number === line ? '>' : ' '} ${String(number).padStart(digits)} | `;
    const { cut, shift } = clip(content, number === line ? column : 1);
    if (number !== line) return [`${gutter}${cut}`.trimEnd()];
    const length = Math.min(Math.max(1, (endColumn ?? column + 1) - column), Math.max(1, width - (column - shift)));
    const mark = `${' '.repeat(Math.max(0, column - 1 - shift))}${'^'.repeat(length)}`;
    return [`${gutter}${cut}`, `   ${' '.repeat(digits)} | ${mark}`];
  });
}

/** Lines `from` to `to` that exist, secrets hidden. */
function linesAround(text: string, from: number, to: number, isWrongYaml: boolean): readonly HiddenLine[] {
  const hider = new LineHider(isWrongYaml);
  const lines: HiddenLine[] = [];
  let start = 0;
  for (let number = 1; number <= to && start <= text.length; number += 1) {
    const newline = text.indexOf('\n', start);
    if (number < from - lookedBack) {
      start = newline === -1 ? text.length + 1 : newline + 1;
      continue;
    }
    const raw = text
      .slice(start, newline === -1 ? text.length : newline)
      .replace(/\r$/, '')
      .replace(/^\uFEFF/, '');
    start = newline === -1 ? text.length + 1 : newline + 1;
    const hidden = hider.line(raw);
    if (number >= from && !(newline === -1 && raw === '' && number > from)) lines.push(hidden);
  }
  return lines;
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
