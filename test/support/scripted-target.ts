import type { ObservedRow } from '../../src/reconcile/row.ts';
import type { Change, Observation, SessionEffect, SessionResult, Settled, Target } from '../../src/reconcile/target.ts';

/** A target in memory that wants nothing, and does what a test says while it is looked at. */
export class ScriptedTarget implements Target {
  readonly name: string;
  readonly exclusive: boolean = true;
  readonly references = {};
  readonly ordered = [];
  rows: readonly ObservedRow[] = [];
  /** Online and owed an end. */
  pending: readonly SessionEffect[] = [];
  looks = 0;
  /** Awaited by each look. */
  during: (signal: AbortSignal) => Promise<void> = async () => undefined;

  /** Awaited by each apply. */
  applying: () => Promise<void> = async () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  hold(count: number): void {
    this.rows = Array.from({ length: count }, (_, index) => ({
      menu: 'login',
      identity: `u${index}`,
      fields: {},
      ownership: 'ours',
    }));
  }

  desired(): readonly [] {
    return [];
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    this.looks += 1;
    await this.during(signal);
    return { rows: this.rows, sessions: [], pendingEffects: this.pending, findings: [] };
  }

  sessionEffects(): readonly SessionEffect[] {
    return [];
  }

  async apply(level: readonly Change[]): Promise<readonly Settled[]> {
    await this.applying();
    const gone = new Set(level.map(({ identity }) => identity));
    this.rows = this.rows.filter(({ identity }) => !gone.has(identity));
    return level.map((change) => ({ change, result: 'done' }));
  }

  async settleSessions(effects: readonly SessionEffect[]): Promise<readonly SessionResult[]> {
    return effects.flatMap((effect) =>
      effect.sessionIds.map((sessionId) => ({ effect, sessionId, nas: 'nas', result: 'disconnected', detail: '' })),
    );
  }
}

/** A promise and what resolves it. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
