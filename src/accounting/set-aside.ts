import type { Logger } from 'pino';
import { messageOf } from '../base/errors.ts';
import type { StateFinding } from '../store/state-finding.ts';

/** What could not be worked out, and of which session. */
export interface Aside {
  readonly what: string;
  /** Of the commit. Absent: none of its own. */
  readonly sequence?: number;
  readonly nas?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** So many are told one by one. */
const mostTold = 20;
/** Of the others, one in so many goes into the log. */
const logEvery = 1000;

/**
 * What of accounting could not be worked out, as for a row that cannot be read: it is in the journal, and the rest goes on
 * without it. Bounded, however much it is.
 */
export class SetAside {
  readonly #log: Logger;
  readonly #told = new Map<string, StateFinding>();
  #more = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  note(err: unknown, aside: Aside): void {
    const message = `${nameOf(aside)}: ${messageOf(err)}`;
    if (this.#told.has(message)) return;
    if (this.#told.size < mostTold) this.#told.set(message, { code: 'LM_RECORD_SET_ASIDE', message });
    else this.#more += 1;
    if (this.#more % logEvery === 0) this.#log.error({ err, ...aside, more: this.#more }, 'accounting set aside');
  }

  findings(): readonly StateFinding[] {
    if (this.#more === 0) return [...this.#told.values()];
    const message = `accounting: ${this.#more} more like these; lastmile state repair works them out once more`;
    return [...this.#told.values(), { code: 'LM_RECORD_SET_ASIDE', message }];
  }

  /** All of the journal is gone through again. */
  clear(): void {
    this.#told.clear();
    this.#more = 0;
  }
}

function nameOf({ what, sequence, nas, sessionId }: Aside): string {
  const commit = sequence === undefined ? '' : ` of commit ${sequence}`;
  const session = sessionId === undefined ? '' : `, session ${sessionId}`;
  return `accounting: ${what}${commit}${session}${nas === undefined ? '' : ` of ${nas}`}`;
}
