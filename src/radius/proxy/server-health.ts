/** Is a home server there? `zombie`: it left something unanswered, and is asked when nobody else is there. */
export type Health = 'alive' | 'zombie' | 'dead';

export interface HealthTimes {
  /** A zombie that answers nothing for so long is dead. */
  readonly zombieMs: number;
  /** One that does not speak Status-Server is tried again so long after its death. */
  readonly reviveMs: number;
  /** Answers to Status-Server in a row that bring back a dead one (RFC 3539 §3.4.1). */
  readonly answersToLive: number;
}

export const usualHealthTimes: HealthTimes = { zombieMs: 20_000, reviveMs: 60_000, answersToLive: 3 };

/** What is known of a home server's life, from what it answered and what it did not. Times are monotonic milliseconds. */
export class ServerHealth {
  readonly #times: HealthTimes;
  readonly #statusServer: boolean;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** When it left the first thing unanswered. Absent: it is alive. */
  #silentSince: number | undefined;
  #probesAnswered = 0;

  constructor(statusServer: boolean, times: HealthTimes = usualHealthTimes) {
    this.#statusServer = statusServer;
    this.#times = times;
  }

  at(now: number): Health {
    if (this.#silentSince === undefined) return 'alive';
    const silentMs = now - this.#silentSince;
    if (silentMs < this.#times.zombieMs) return 'zombie';
    return this.#statusServer || silentMs < this.#times.zombieMs + this.#times.reviveMs ? 'dead' : 'alive';
  }

  /** Since when it has been silent; `undefined` while it is alive. */
  silentSince(now: number): number | undefined {
    return this.at(now) === 'alive' ? undefined : this.#silentSince;
  }

  answered(now: number): void {
    this.#answeredAt = now;
    this.#silentSince = undefined;
    this.#probesAnswered = 0;
  }

  /** Something sent at `sentAt` got no answer in time. Whoever has answered since then is only slow. */
  unanswered(sentAt: number, now: number): void {
    if (sentAt <= this.#answeredAt) return;
    const over = this.at(now) === 'alive';
    if (over) this.#silentSince = now;
    this.#probesAnswered = 0;
  }

  /** It answered a Status-Server. A dead one has to do so several times: coming back takes more than one packet. */
  probeAnswered(now: number): void {
    this.#probesAnswered += 1;
    if (this.at(now) === 'dead' && this.#probesAnswered < this.#times.answersToLive) return;
    this.answered(now);
  }
}
