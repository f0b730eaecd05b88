import type { Origin } from '../origin.ts';

/** Rules of the operator's own. Plain data: it is kept while they are in force. */
export interface Policy {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** It was in force before what is judged by it, and has its say for the last time. */
  readonly before?: boolean;
}

/** What a rule is asked of: each declared object, each row that would be changed, all that a target gets, or all there is to do. */
export type PolicyDomain = 'object' | 'change' | 'target' | 'plan';

export interface PolicyRule {
  readonly name: string;
  readonly over: PolicyDomain;
  readonly effect: 'deny' | 'warn';
  /** CEL: it has its say where this is true. */
  readonly when: string;
  /** With values in CEL between double braces. */
  readonly message: string;
  readonly match: PolicyMatch;
  readonly origin: Origin;
}

/** Of what it is asked. A part that is absent leaves nothing out. */
export interface PolicyMatch {
  readonly kinds?: readonly PolicedKind[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly actions?: readonly ('create' | 'update' | 'delete' | 'move')[];
}

export const policedKinds = ['Operator', 'Router', 'Service', 'Subscriber', 'PortalSite', 'OmadaController'] as const;

export type PolicedKind = (typeof policedKinds)[number];
