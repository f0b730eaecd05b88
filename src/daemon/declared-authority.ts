import type { Authority } from '../access/authority.ts';
import { type AuthorityCount, type AuthorityLog, HttpAuthority } from '../authority/http-authority.ts';
import type { Clock } from '../base/clock.ts';
import type { LoginLimits } from '../directory/reader.ts';
import { serviceLimits } from '../directory/rows.ts';
import type { AuthorizeHook, Model, Operator } from '../model/model.ts';

export interface DeclaredAuthorityOptions {
  readonly clock: Clock;
  readonly log: AuthorityLog;
}

/** The program that the model in force says is asked about logins. */
export class DeclaredAuthority implements AsyncDisposable {
  readonly #options: DeclaredAuthorityOptions;
  readonly #counts = new Map<AuthorityCount, number>();
  #current: HttpAuthority<LoginLimits> | undefined;
  #declared: string | undefined;

  constructor(options: DeclaredAuthorityOptions) {
    this.#options = options;
  }

  get current(): Authority<LoginLimits> | undefined {
    return this.#current;
  }

  /** Another declaration is another program: what the old one said holds no longer. */
  use(model: Pick<Model, 'authorize' | 'operator'>): void {
    const { authorize: hook, operator } = model;
    const declared = hook === undefined ? undefined : textOf(hook, operator);
    if (declared === this.#declared) return;
    this.#declared = declared;
    const before = this.#current;
    this.#current = hook === undefined ? undefined : this.#open(hook, operator);
    void this.#close(before);
  }

  /** What is wrong with it, for people. */
  findings(): readonly string[] {
    const trouble = this.#current?.trouble;
    return trouble === undefined ? [] : [`authorize: the program asked about logins ${trouble}`];
  }

  /** How often something came of a question, since the start. */
  counts(): ReadonlyMap<AuthorityCount, number> {
    const all = new Map(this.#counts);
    for (const [what, times] of this.#current?.counts() ?? []) all.set(what, (all.get(what) ?? 0) + times);
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(this.#current);
  }

  #open(hook: AuthorizeHook, { accounting, timezone }: Operator): HttpAuthority<LoginLimits> {
    const guests =
      hook.service === undefined
        ? { interimSeconds: accounting.interimSeconds, attributes: [] }
        : serviceLimits(hook.service, timezone);
    return new HttpAuthority<LoginLimits>({ ...this.#options, hook, guests });
  }

  async #close(authority: HttpAuthority<LoginLimits> | undefined): Promise<void> {
    for (const [what, times] of authority?.counts() ?? [])
      this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
    await authority?.[Symbol.asyncDispose]();
  }
}

/** Equal exactly for equal declarations: where they stand is no matter. */
function textOf(hook: AuthorizeHook, { accounting, timezone }: Operator): string {
  const { secret, service, ...rest } = hook;
  return JSON.stringify([
    rest,
    secret?.reveal(),
    service === undefined ? accounting.interimSeconds : serviceLimits(service, timezone),
  ]);
}
