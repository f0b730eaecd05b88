import type { Clock } from '../base/clock.ts';

export type OmadaFindingReason =
  /** No connection, or no answer. */
  | 'unreachable'
  /** Another certificate than declared. */
  | 'untrusted'
  /** The account of the hotspot operator. */
  | 'operator-refused'
  | 'no-right-on-site'
  | 'wrong-id'
  /** Clients are let in for longer or shorter than asked. */
  | 'time-unit'
  /** Something else that a person must look at. */
  | 'refused';

/** A trouble with a controller that an operator can mend. */
export interface OmadaFinding {
  readonly controller: string;
  readonly reason: OmadaFindingReason;
  readonly text: string;
  /** Wall time of the first and the last time it was met, milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The part of a pino logger that is used here. */
export interface OmadaLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What keeps us from a session. The newest of these is the one that counts: it tells how far we get now. */
const inTheWay: readonly OmadaFindingReason[] = ['unreachable', 'untrusted', 'operator-refused'];

/** Troubles of one controller that were not seen to be over yet. Logged when they come and when they go. */
export class Findings {
  readonly #controller: string;
  readonly #clock: Clock;
  readonly #log: OmadaLog;
  readonly #open = new Map<OmadaFindingReason, OmadaFinding>();

  constructor(controller: string, deps: { readonly clock: Clock; readonly log: OmadaLog }) {
    this.#controller = controller;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  list(): readonly OmadaFinding[] {
    return [...this.#open.values()];
  }

  note(reason: OmadaFindingReason, text: string): void {
    const known = this.#open.get(reason);
    const lastAt = this.#clock.now();
    const controller = this.#controller;
    if (inTheWay.includes(reason)) for (const older of inTheWay) if (older !== reason) this.#open.delete(older);
    this.#open.set(reason, { controller, reason, text, firstAt: known?.firstAt ?? lastAt, lastAt });
    if (known?.text !== text) this.#log.warn({ controller, reason, trouble: text }, 'trouble with an Omada controller');
  }

  /** These were just seen to be over. */
  clear(reasons: readonly OmadaFindingReason[]): void {
    for (const reason of reasons) {
      if (!this.#open.delete(reason)) continue;
      this.#log.info({ controller: this.#controller, reason }, 'trouble with an Omada controller is over');
    }
  }
}
