import { keyOf } from '../store/layout.ts';
import type { SessionChange } from './fold-commit.ts';
import type { SessionState } from './session-state.ts';

/** Sessions whose rows are older than they are, each with what its row holds now. */
export class UnsettledSessions {
  readonly #changes = new Map<string, SessionChange>();
  readonly #closedByName = new Map<string, SessionState>();

  get size(): number {
    return this.#changes.size;
  }

  add(change: SessionChange): void {
    const { after } = change;
    const known = this.#changes.get(after.key);
    this.#changes.set(after.key, known === undefined ? change : { before: known.before, after });
    if (after.stoppedAt !== undefined) this.#closedByName.set(keyOf(after.nas, after.sessionId, after.username), after);
  }

  /** The last that was closed under NAS, Acct-Session-Id and username, as `keyOf` joins them. */
  closedNamed(name: string): SessionState | undefined {
    return this.#closedByName.get(name);
  }

  *closed(): Iterable<SessionState> {
    for (const { after } of this.#changes.values()) if (after.stoppedAt !== undefined) yield after;
  }

  *batches(size: number): Iterable<readonly SessionChange[]> {
    const all = [...this.#changes.values()];
    for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
  }
}
