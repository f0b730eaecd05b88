/** A way for the simulated router to misbehave. */
export type FaultKind =
  /** Every command takes this long (`ms`). */
  | 'latency'
  /** The connection ends in the middle of an answer. */
  | 'close-mid-reply'
  /** The write is carried out, but answered with an error. */
  | 'trap-after-write'
  /** The write is answered with `!done`, but not carried out. */
  | 'done-without-write'
  /** Answers are kept back until the fault is lifted. */
  | 'hold-replies'
  /** From here on the connection neither reads nor answers, and does not end: a cable is cut. */
  | 'half-open'
  /** The connection ends with a reset (RST). */
  | 'reset'
  /** The connection ends without an answer (FIN). */
  | 'close'
  /** Answers of the connection stay away for `ms`, then go on. */
  | 'stall'
  /** Nobody may log in. */
  | 'refuse-login'
  /** No Accounting-Request leaves the router. */
  | 'drop-accounting'
  /** No CoA- or Disconnect-Request reaches the router. */
  | 'drop-incoming';

export const faultKinds: readonly FaultKind[] = [
  'latency',
  'close-mid-reply',
  'trap-after-write',
  'done-without-write',
  'hold-replies',
  'half-open',
  'reset',
  'close',
  'stall',
  'refuse-login',
  'drop-accounting',
  'drop-incoming',
];

export interface Fault {
  readonly kind: FaultKind;
  /** Only commands that begin so: `/ppp/secret`, `/ppp/secret/add`. */
  readonly command?: string;
  /** Lets that many pass first, counted over all connections. */
  readonly after?: number;
  /** Strikes that often, then no more. Absent: always. */
  readonly times?: number;
  readonly ms?: number;
  /** Text of the error. */
  readonly message?: string;
  /** Whether the command that a `half-open`, `reset` or `close` strikes is carried out. Default true. */
  readonly applied?: boolean;
}

/** Those that befall a connection, at any command, the login among them. */
export type ConnectionFaultKind = 'half-open' | 'reset' | 'close' | 'stall';

export const connectionFaultKinds: readonly ConnectionFaultKind[] = ['half-open', 'reset', 'close', 'stall'];

interface Armed {
  readonly fault: Fault;
  seen: number;
  struck: number;
}

/** The faults that are switched on, with what is left of them. */
export class Faults {
  #armed: Armed[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(faults: readonly Fault[] = []) {
    this.replace(faults);
  }

  /** Switches exactly these on. Answers held before are released if nothing holds them now. */
  replace(faults: readonly Fault[]): void {
    this.#armed = faults.map((fault) => ({ fault, seen: 0, struck: 0 }));
    this.#wake();
  }

  /** Switches one on beside the others. The returned function lifts it. */
  add(fault: Fault): () => void {
    const armed = { fault, seen: 0, struck: 0 };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((other) => other !== armed);
      this.#wake();
    };
  }

  list(): readonly Fault[] {
    return this.#armed.map(({ fault }) => fault);
  }

  /** The fault of that kind that strikes this command now, counting it. */
  strike(kind: FaultKind, command = ''): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.kind !== kind || !command.startsWith(fault.command ?? '')) continue;
      armed.seen += 1;
      const after = fault.after ?? 0;
      if (armed.seen <= after || armed.struck >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
      armed.struck += 1;
      return fault;
    }
    return undefined;
  }

  /** The fault that befalls the connection of this command, counting it. */
  strikeConnection(command: string): (Fault & { readonly kind: ConnectionFaultKind }) | undefined {
    for (const kind of connectionFaultKinds) {
      const fault = this.strike(kind, command);
      if (fault !== undefined) return { ...fault, kind };
    }
    return undefined;
  }

  /** How many commands each fault has looked at, in the order of {@link list}: those it let pass, too. */
  seen(): readonly number[] {
    return this.#armed.map(({ seen }) => seen);
  }

  /** How often each fault has struck, in the order of {@link list}. */
  struck(): readonly number[] {
    return this.#armed.map(({ struck }) => struck);
  }

  /** Resolves once no `hold-replies` holds this command any more. @throws the signal's reason */
  async released(command: string, signal: AbortSignal): Promise<void> {
    while (this.#armed.some(({ fault }) => fault.kind === 'hold-replies' && command.startsWith(fault.command ?? ''))) {
      await new Promise<void>((resolve, reject) => {
        const wake = () => {
          signal.removeEventListener('abort', abort);
          resolve();
        };
        const abort = () => {
          this.#waiting.delete(wake);
          reject(signal.reason as Error);
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', abort, { once: true });
      });
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
