import type { Authority } from '../../access/authority.ts';
import { type AuthorityCount, HttpAuthority } from '../../authority/http-authority.ts';
import type { AuthorityLog } from '../../authority/trouble-log.ts';
import type { Clock } from '../../base/clock.ts';
import type { LoginLimits } from '../../directory/reader.ts';
import type { AuthorizeHook, Operator } from '../../model/kinds/operator.ts';
import type { Model } from '../../model/model.ts';
import { limitsByClock, textOfLimits } from '../targets/limits-by-clock.ts';

export interface DeclaredAuthorityOptions {
  readonly clock: Clock;
  readonly log: AuthorityLog;
}

/** The program that the model in force says is asked about logins. */
export class DeclaredAuthority implements AsyncDisposable {
  readonly #options: DeclaredAuthorityOptions;
  readonly #counts = new Map<AuthorityCount, number>();
  /** Declared before, with what they were asked then still open. */
  readonly #retiring = new Map<HttpAuthority<LoginLimits>, Promise<void>>();
  #current: HttpAuthority<LoginLimits> | undefined;
  #declared: string | undefined;

  constructor(options: DeclaredAuthorityOptions) {
    this.#options = options;
  }

  get current(): Authority<LoginLimits> | undefined {
    return this.#current;
  }

  /** Another declaration is another program: what the old one said holds no longer, but for logins under way. */
  use(model: Pick<Model, 'authorize' | 'operator'>): void {
    const { authorize: hook, operator } = model;
    const declared = hook === undefined ? undefined : textOf(hook, operator);
    if (declared === this.#declared) return;
    this.#declared = declared;
    const before = this.#current;
    this.#current = hook === undefined ? undefined : this.#open(hook, operator);
    if (before !== undefined) this.#retire(before);
  }

  /** What is wrong with it, for people. */
  findings(): readonly string[] {
    const trouble = this.#current?.trouble;
    return trouble === undefined ? [] : [`authorize: the program asked about logins ${trouble}`];
  }

  /** How often something came of a question, since the start. */
  counts(): ReadonlyMap<AuthorityCount, number> {
    const all = new Map(this.#counts);
    for (const authority of this.#all()) addTo(all, authority.counts());
    return all;
  }

  /** At once, whatever is asked. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all().map((authority) => authority[Symbol.asyncDispose]()));
    await Promise.all(this.#retiring.values());
  }

  #all(): readonly HttpAuthority<LoginLimits>[] {
    return [...this.#retiring.keys(), ...(this.#current === undefined ? [] : [this.#current])];
  }

  #open(hook: AuthorizeHook, { accounting, timezone }: Operator): HttpAuthority<LoginLimits> {
    const nothingElse: LoginLimits = { interimSeconds: accounting.interimSeconds, attributes: [] };
    const limits =
      hook.service === undefined ? () => nothingElse : limitsByClock(hook.service, timezone, this.#options.clock);
    return new HttpAuthority<LoginLimits>({
      ...this.#options,
      hook,
      get guests() {
        return limits();
      },
    });
  }

  #retire(authority: HttpAuthority<LoginLimits>): void {
    const retired = authority.retire().then(() => {
      this.#retiring.delete(authority);
      addTo(this.#counts, authority.counts());
    });
    this.#retiring.set(authority, retired);
  }
}

function addTo(all: Map<AuthorityCount, number>, counts: ReadonlyMap<AuthorityCount, number>): void {
  for (const [what, times] of counts) all.set(what, (all.get(what) ?? 0) + times);
}

/** Equal exactly for equal declarations: where they stand is no matter. */
function textOf(hook: AuthorizeHook, { accounting, timezone }: Operator): string {
  const { secret, service, ...rest } = hook;
  return JSON.stringify([
    rest,
    secret?.reveal(),
    service === undefined ? accounting.interimSeconds : textOfLimits(service, timezone),
  ]);
}
