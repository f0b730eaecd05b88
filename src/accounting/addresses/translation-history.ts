import type { KeyValue } from '../../store/key-value.ts';
import { firstTextOf, keyOf, keysUnder, numberKey, parseNumberKey } from '../../store/layout.ts';
import type { Translation } from './translations.ts';

/** How a router translated at a moment, as far as was seen. */
export interface TranslationsThen {
  readonly nas: string;
  readonly translations: readonly Translation[];
  /** False: it was changed between two looks, and the moment lies between them; or long after the last look. */
  readonly certain: boolean;
}

interface Row {
  /** Wall time of the last look that showed just this. */
  readonly seenAt: number;
  readonly translations: readonly Translation[];
}

/** The first look that showed it. */
interface Dated extends Row {
  readonly from: number;
}

interface Current extends Dated {
  /** What the text of the translations was. */
  readonly text: string;
  /** As it is on the disk. */
  readonly keptAt: number;
}

/** So often it is written down that a router still translates as before. */
const keepMs = 3_600_000;
/** Moments of routers and of those who ask may be so far apart. */
const clockMs = 60_000;

/**
 * How routers translated addresses, and when: what is asked of a moment is answered by the rules of then. A row is written when
 * a router was seen to translate otherwise than before, and none for one that never did.
 */
export class TranslationHistory {
  readonly #table: KeyValue<Row>;
  readonly #current = new Map<string, Current>();

  constructor(table: KeyValue<Row>) {
    this.#table = table;
  }

  /** A router was looked at, and translates so. @throws LastmileError of the store */
  async seen(nas: string, at: number, translations: readonly Translation[]): Promise<void> {
    const text = JSON.stringify(translations);
    const known = this.#current.get(nas) ?? (await this.#newest(nas));
    if (known?.text === text) return await this.#goesOn(nas, { ...known, seenAt: Math.max(known.seenAt, at) });
    // Of most routers nothing is written, ever.
    if (known === undefined && translations.length === 0) return this.#remember(nas, at, translations, text, -1);
    if (known !== undefined && known.keptAt < known.seenAt) await this.#put(nas, known);
    // Of two looks in one moment, or after the clock was set back, the later has the word.
    const from = Math.max(at, (known?.from ?? 0) + 1);
    await this.#put(nas, { from, seenAt: from, translations });
    this.#remember(nas, from, translations, text);
  }

  /** How routers translated at a moment: of one that was changed about then, both ways. Reads all that there is: it is little. */
  async at(moment: number): Promise<readonly TranslationsThen[]> {
    const found: TranslationsThen[] = [];
    let [nas, rows]: [string, Dated[]] = ['', []];
    for await (const [key, row] of this.#table.entries()) {
      const [own, from] = partsOf(key);
      if (own !== nas) {
        found.push(...thenOf(nas, rows, moment));
        [nas, rows] = [own, []];
      }
      const current = this.#current.get(own);
      rows.push({ ...row, from, seenAt: current?.from === from ? current.seenAt : row.seenAt });
    }
    return [...found, ...thenOf(nas, rows, moment)];
  }

  async #goesOn(nas: string, current: Current): Promise<void> {
    const isDue = current.translations.length > 0 && current.seenAt - current.keptAt >= keepMs;
    if (isDue) await this.#put(nas, current);
    this.#current.set(nas, isDue ? { ...current, keptAt: current.seenAt } : current);
  }

  #remember(nas: string, from: number, translations: readonly Translation[], text: string, keptAt = from): void {
    this.#current.set(nas, { from, seenAt: from, keptAt, translations, text });
  }

  async #newest(nas: string): Promise<Current | undefined> {
    for await (const [key, row] of this.#table.entries({ ...keysUnder(nas), reverse: true, limit: 1 })) {
      const text = JSON.stringify(row.translations);
      return { ...row, from: partsOf(key)[1], keptAt: row.seenAt, text };
    }
    return undefined;
  }

  #put(nas: string, { from, seenAt, translations }: Dated): Promise<void> {
    return this.#table.put(keyOf(nas, from), { seenAt, translations });
  }
}

/** @param rows of one router, oldest first */
function thenOf(nas: string, rows: readonly Dated[], moment: number): readonly TranslationsThen[] {
  return rows.flatMap(({ from, seenAt, translations }, at) => {
    const [before, after] = [rows[at - 1], rows[at + 1]];
    // Between the last look that showed the one before and the first that showed this, it may have been either.
    const earliest = (before?.seenAt ?? from) - clockMs;
    const latest = (after?.from ?? Number.POSITIVE_INFINITY) + clockMs;
    if (translations.length === 0 || moment < earliest || moment > latest) return [];
    const since = before === undefined ? from : from + clockMs;
    const till = after === undefined ? seenAt + 2 * keepMs : seenAt - clockMs;
    return [{ nas, translations, certain: since <= moment && moment <= till }];
  });
}

function partsOf(key: string): readonly [nas: string, from: number] {
  return [firstTextOf(key), parseNumberKey(key.slice(-numberKey(0).length))];
}
