/** An account of Hotspot Manager > Operators. */
export interface SimulatedOperator {
  readonly name: string;
  readonly password: string;
  /** Names of the sites he may let clients in at. Absent: all. */
  readonly sites?: readonly string[];
}

interface OperatorSession {
  readonly operator: SimulatedOperator;
  readonly token: string;
  readonly until: number;
}

export interface OperatorsOptions {
  readonly operators: readonly SimulatedOperator[];
  readonly lifetimeMs: number;
  readonly now: () => number;
  readonly random: (size: number) => Buffer;
}

/** Sessions of hotspot operators: a cookie and a token that belong together. */
export class Operators {
  readonly #options: OperatorsOptions;
  readonly #sessions = new Map<string, OperatorSession>();

  constructor(options: OperatorsOptions) {
    this.#options = options;
  }

  login(name: unknown, password: unknown): { readonly cookie: string; readonly token: string } | undefined {
    const { operators, random, now, lifetimeMs } = this.#options;
    const operator = operators.find((each) => each.name === name && each.password === password);
    if (operator === undefined) return undefined;
    const [cookie, token] = [random(16).toString('hex'), random(16).toString('hex')] as const;
    this.#sessions.set(cookie, { operator, token, until: now() + lifetimeMs });
    return { cookie, token };
  }

  /** Who asks; `undefined` without a session, or when cookie and token do not belong together. */
  of(cookie: string | undefined, token: string | undefined): SimulatedOperator | undefined {
    const session = this.#sessions.get(cookie ?? '');
    if (session === undefined || session.token !== token) return undefined;
    return this.#options.now() < session.until ? session.operator : undefined;
  }

  expireAll(): void {
    this.#sessions.clear();
  }
}
