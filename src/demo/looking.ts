import { DemoError } from './demo-error.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

/** A session as `lastmile sessions -o json` tells it: octets are decimal text, times RFC 3339. */
export interface SessionSeen {
  readonly key: string;
  readonly nas: string;
  readonly sessionId: string;
  readonly username: string;
  readonly updatedAt: string;
  readonly stoppedAt?: string;
  readonly sessionSeconds: number;
  readonly upOctets: string;
  readonly downOctets: string;
  readonly framedIpAddress?: string;
}

export interface ConditionSeen {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** What the tour looks at of the daemon's status (`lastmile status -o json`). */
export interface StatusSeen {
  readonly revision?: string;
  readonly conditions: readonly ConditionSeen[];
  readonly targets: readonly TargetSeen[];
  readonly sessionEvents: readonly SessionEventSeen[];
}

export interface TargetSeen {
  readonly name: string;
  readonly conditions: readonly ConditionSeen[];
  /** Newest first. */
  readonly history: readonly { readonly drift: boolean; readonly changed: readonly string[] }[];
}

export interface SessionEventSeen {
  readonly username: string;
  readonly action: string;
  readonly sessionId: string;
  readonly result: string;
  readonly detail: string;
}

/** Waits until accounting has an open session of a username for which `good` holds. */
export function sessionKnown(
  stage: Stage,
  username: string,
  good: (session: SessionSeen) => boolean = () => true,
): Promise<SessionSeen> {
  const ask = () => stage.ask<readonly SessionSeen[]>(`/api/v1/sessions?user=${encodeURIComponent(username)}`);
  return until(`the session of ${username}`, ask, (sessions) => sessions.find(good), stage);
}

/** Waits until the daemon's status shows what `pick` looks for. */
export function statusShown<U>(stage: Stage, what: string, pick: (status: StatusSeen) => U | undefined): Promise<U> {
  return until(`${what} in the status`, () => stage.ask<StatusSeen>('/api/v1/status'), pick, stage);
}

/** Waits until it is known what became of an effect on somebody's session. */
export function effectShown(
  stage: Stage,
  username: string,
  action: 'change' | 'disconnect',
): Promise<SessionEventSeen> {
  return statusShown(stage, `the ${action} of ${username}`, ({ sessionEvents }) =>
    sessionEvents.find((event) => event.username === username && event.action === action),
  );
}

export function conditionOf(conditions: readonly ConditionSeen[], type: string): ConditionSeen | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** @throws DemoError with what was seen unless `held` */
export function insist(held: boolean, otherwise: string): asserts held {
  if (!held) throw new DemoError(otherwise);
}
