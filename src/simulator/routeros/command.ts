import { parseWord } from '../../routeros/wire/words.ts';
import { textOf } from './text.ts';

/** A sentence of the client, taken apart. */
export interface Command {
  /** `/ppp/secret`. */
  readonly path: string;
  /** `print`. */
  readonly verb: string;
  /** `=name=value`; `=!name=` is `undefined`. */
  readonly fields: ReadonlyMap<string, string | undefined>;
  /** Query words without their question marks, in order. */
  readonly queries: readonly string[];
  readonly proplist?: readonly string[];
  readonly tag?: string;
}

export function parseCommand(words: readonly Buffer[]): Command {
  const [first, ...rest] = words;
  const full = textOf(first ?? Buffer.alloc(0));
  const fields = new Map<string, string | undefined>();
  const queries: string[] = [];
  let proplist: readonly string[] | undefined;
  let tag: string | undefined;
  for (const word of rest.map(parseWord)) {
    if (word.kind === 'query') queries.push(textOf(word.query));
    else if (word.kind === 'bare') continue;
    else if (word.name === '.tag') tag = textOf(word.value);
    else if (word.name === '.proplist') proplist = textOf(word.value).split(',');
    else if (word.name.startsWith('!')) fields.set(word.name.slice(1), undefined);
    else fields.set(word.name, textOf(word.value));
  }
  const cut = full.lastIndexOf('/');
  const verb = full.slice(cut + 1);
  return {
    path: full.slice(0, Math.max(cut, 0)),
    verb: verb === 'getall' ? 'print' : verb,
    fields,
    queries,
    ...(proplist === undefined ? {} : { proplist }),
    ...(tag === undefined ? {} : { tag }),
  };
}
