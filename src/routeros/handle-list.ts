/**
 * Handles of many rows (`.id`, `*1F`) by the place of the row, four octets for each: RouterOS counts them up. Whatever does
 * not look so is kept as it is.
 */
export class HandleList {
  readonly #numbers: Uint32Array;
  readonly #others = new Map<number, string>();

  constructor(length: number) {
    this.#numbers = new Uint32Array(length);
  }

  set(place: number, handle: string): void {
    const number = numberOf(handle);
    this.#numbers[place] = number ?? 0;
    if (number === undefined) this.#others.set(place, handle);
    else this.#others.delete(place);
  }

  /** The handle that was set last at this place. */
  at(place: number): string {
    return this.#others.get(place) ?? `*${(this.#numbers[place] as number).toString(16).toUpperCase()}`;
  }
}

/** Of a handle as RouterOS writes it: a star and up to eight hexadecimal digits, without zeros in front. */
function numberOf(handle: string): number | undefined {
  if (handle.length < 2 || handle.length > 9 || handle.charCodeAt(0) !== star) return undefined;
  let number = 0;
  for (let at = 1; at < handle.length; at += 1) {
    const digit = digitOf(handle.charCodeAt(at));
    if (digit === -1 || (digit === 0 && at === 1 && handle.length > 2)) return undefined;
    number = number * 16 + digit;
  }
  return number;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x41 && code <= 0x46 ? code - 0x41 + 10 : -1;
}

const star = 0x2a;
