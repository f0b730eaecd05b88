import type { SessionEffect } from './target.ts';

/** Effects on sessions of one target that were not carried out yet, one per username. Whoever has it keeps it on disk, too. */
export class DueEffects {
  readonly #due = new Map<string, SessionEffect>();

  all(): readonly SessionEffect[] {
    return [...this.#due.values()];
  }

  of(username: string): SessionEffect | undefined {
    return this.#due.get(username);
  }

  /** What will be due where `effects` are. Nothing is kept yet: the disk comes first. */
  joined(effects: readonly SessionEffect[]): readonly SessionEffect[] {
    return effects.map((effect) => together(this.#due.get(effect.username), effect));
  }

  keep(effects: readonly SessionEffect[]): void {
    for (const effect of effects) this.#due.set(effect.username, effect);
  }

  /**
   * Keeps of an effect the sessions it did not reach, and forgets it when there are none.
   *
   * @returns what is due in its place; `kept`: nothing changed, or another has come since
   */
  settle(effect: SessionEffect, left: readonly string[]): SessionEffect | 'gone' | 'kept' {
    const { username, sessionIds } = effect;
    if (this.#due.get(username) !== effect) return 'kept';
    if (left.length === 0) {
      this.#due.delete(username);
      return 'gone';
    }
    if (left.length >= sessionIds.length) return 'kept';
    const rest = { ...effect, sessionIds: left };
    this.#due.set(username, rest);
    return rest;
  }
}

/**
 * A disconnect that is still due is not softened by a later change, nor are sessions forgotten that were not reached yet.
 * Always a new object: `settle` tells them apart.
 */
function together(due: SessionEffect | undefined, effect: SessionEffect): SessionEffect {
  const sessionIds = [...new Set([...(due?.sessionIds ?? []), ...effect.sessionIds])];
  const stronger = due?.action === 'disconnect' && effect.action === 'change' ? due : effect;
  return { ...stronger, sessionIds };
}
