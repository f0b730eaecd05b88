import { type RouterAddress, RouterTrapError, type Trap } from './errors.ts';
import type { Attributes } from './session.ts';
import type { RouterOsRow } from './wire/reply.ts';
import { encodeSentence } from './wire/sentence.ts';
import { attributeWord, commandWord, queryWord, tagWord } from './wire/words.ts';

export type OnRow = (row: RouterOsRow) => void | Promise<void>;

/** What goes out for a command. */
export interface Request {
  readonly command: string;
  readonly attributes: Attributes;
  readonly queries?: readonly string[] | undefined;
}

/** One command under its tag: what came for it so far, and a promise that settles once. */
export class Command {
  readonly tag: string;
  readonly name: string;
  readonly sentence: Buffer;
  readonly onRow: OnRow;
  /** Whether it waits for one of the connection's slots. A listener does not: it would never give it back. */
  readonly slotted: boolean;
  /** Resolves with `=ret=` at `!done`. */
  readonly done: Promise<string | undefined>;
  /** Aborted when the router has ended it, or can no longer: what waits for that need not. */
  readonly over = new AbortController();
  /** Monotonic time of the router's last word about it, or of our sending it; absent while it waits for its turn. */
  heardAt: number | undefined;
  /** Monotonic time of our sending it; absent until then. */
  sentAt: number | undefined;
  /** What came for it so far. */
  rows = 0;
  octets = 0;
  readonly #traps: Trap[] = [];
  #settled = false;
  #resolve!: (ret: string | undefined) => void;
  #reject!: (error: unknown) => void;

  /** @throws WordError */
  constructor(tag: string, request: Request, onRow: OnRow, slotted: boolean) {
    this.tag = tag;
    this.name = request.command;
    this.sentence = encode(tag, request);
    this.onRow = onRow;
    this.slotted = slotted;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Given up, or ended: rows that still come are nobody's. */
  get settled(): boolean {
    return this.#settled;
  }

  /** A trap is not the end: others may follow, then `!done`. */
  trap(attributes: RouterOsRow): void {
    const category = Number.parseInt(attributes['category'] ?? '', 10);
    const message = attributes['message'] ?? 'no reason given';
    if (this.#traps.length < maxTraps) this.#traps.push(Number.isNaN(category) ? { message } : { message, category });
  }

  finish(at: RouterAddress, ret: string | undefined): void {
    this.#settled = true;
    if (this.#traps.length > 0) this.#reject(new RouterTrapError(at, this.name, this.#traps));
    else this.#resolve(ret);
  }

  fail(error: unknown): void {
    this.#settled = true;
    this.#reject(error);
  }
}

const maxTraps = 20;

function encode(tag: string, { command, attributes, queries = [] }: Request): Buffer {
  return encodeSentence([
    commandWord(command),
    ...Object.entries(attributes).map(([name, value]) => attributeWord(name, value)),
    ...queries.map(queryWord),
    tagWord(tag),
  ]);
}
