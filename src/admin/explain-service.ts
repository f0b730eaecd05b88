/** Where a value comes from. */
export interface WrittenPlace {
  /** `Service/home`. */
  readonly object: string;
  /** `rate.down`. */
  readonly field: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `SubscriberList/north`, where it stands in the defaults of a list. */
  readonly defaultsOf?: string;
  /** The commit that the line comes from. Absent: it is in none, or git could not tell. */
  readonly commit?: string;
  /** `Anna <anna@isp.example>`. */
  readonly author?: string;
  /** When its author made it, RFC 3339. */
  readonly at?: string;
  /** First line of its message. */
  readonly subject?: string;
  /** The repository has no older commit: the line may be older. */
  readonly orEarlier?: true;
  /** It was edited since the last commit. */
  readonly uncommitted?: true;
}

export interface ExplainedValue {
  readonly field: string;
  /** Secrets are `[secret]`. */
  readonly value: string;
  /** The nearest first. Empty: it is built in. */
  readonly from: readonly WrittenPlace[];
}

/** What an object becomes: a row, or what a NAS is told. */
export interface ExplainedThing {
  readonly type: 'row' | 'reply';
  /** `core-1`, `directory`; of a reply, the NAS that is told it, one for each way of saying it. */
  readonly target: string;
  /** `/ppp/secret`; `Access-Accept`. */
  readonly menu: string;
  readonly identity: string;
  readonly owner: string;
  /** Values without which it would not be there. */
  readonly because: readonly WrittenPlace[];
  readonly fields: readonly ExplainedValue[];
}

export interface Explanation {
  readonly kind: string;
  readonly name: string;
  /** The declarations that it is of. */
  readonly revision: string;
  readonly declared: { readonly file: string; readonly line: number };
  readonly fields: readonly ExplainedValue[];
  readonly becomes: readonly ExplainedThing[];
  /** What could not be told, for people. */
  readonly notes: readonly string[];
}

export interface ExplainRequest {
  readonly kind: string;
  readonly name: string;
  /** Only what it becomes there. */
  readonly target?: string;
}
