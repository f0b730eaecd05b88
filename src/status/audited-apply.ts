import { createHmac } from 'node:crypto';
import { Secret } from '../base/secret.ts';
import { addressOf } from '../reconcile/plan.ts';
import type { ObservedValue } from '../reconcile/row.ts';
import type { Change } from '../reconcile/target.ts';

/** A revision as the audit log tells of it. */
export interface AuditedRevision {
  readonly id: string;
  /** Who made the commit. Absent: it is none, or nobody knows. */
  readonly author?: string;
  /** Who signed it, where signatures are verified. */
  readonly signer?: string;
  /** First line of the commit message. */
  readonly subject?: string;
}

/** Changes of one run of one target. */
export interface AuditedApply {
  readonly target: string;
  readonly revision: string;
  readonly author?: string;
  readonly signer?: string;
  /** Why it ran: `revision`, `request`, `interval`, … */
  readonly reason: string;
  /** Wall time of the run: the same in all entries of a large one. */
  readonly run: number;
  readonly changes: readonly AuditedChange[];
  /** Changes that are counted and not listed: those of the directory that came of the clock, or of a quota. */
  readonly more?: number;
}

/** One row that was changed. Values are told as keyed digests: equal exactly for equal values. */
export interface AuditedChange {
  /** `core-1/ppp/secret/anna@isp.example`. */
  readonly address: string;
  readonly menu: string;
  readonly identity: string;
  readonly action: Change['action'];
  /** Who declared it: `Subscriber/anna`. */
  readonly owner: string;
  /** HMAC-SHA256 of the values before and after, base64url. Absent: there was, or is, no row. */
  readonly before?: string;
  readonly after?: string;
  readonly result: 'done' | 'failed' | 'unknown';
}

/** What was done about a plan. */
export interface AppliedChanges {
  readonly changes: readonly Change[];
  /** Addresses of what the target did not take. */
  readonly failed: ReadonlySet<string>;
}

/**
 * A change as it is kept. Pure.
 *
 * @param key of the state folder: nobody can try out short secrets without it
 */
export function auditedChange(
  target: string,
  change: Change,
  result: AuditedChange['result'],
  key: Buffer,
): AuditedChange {
  const { menu, identity, action, owner, before, after } = change;
  const was = before === undefined ? undefined : valuesOf(before.fields, after?.fields);
  const is = after === undefined || action === 'delete' ? undefined : valuesOf(after.fields);
  return {
    ...{ address: addressOf(target, change), menu, identity, action, owner },
    ...(was === undefined ? {} : { before: digestOf(was, key) }),
    ...(is === undefined ? {} : { after: digestOf(is, key) }),
    result,
  };
}

type Values = readonly (readonly [name: string, kind: 'text' | 'secret' | 'untold', value: string])[];

/** In order of name; of a row that stays, only what is declared of it. */
function valuesOf(
  fields: Readonly<Record<string, ObservedValue>>,
  declared: Readonly<Record<string, ObservedValue>> = fields,
): Values {
  const names = Object.keys(declared).filter((name) => Object.hasOwn(fields, name));
  return names.sort().map((name) => {
    const [value, wanted] = [fields[name], declared[name]];
    if (typeof value === 'string') return [name, wanted instanceof Secret ? 'secret' : 'text', value];
    if (value instanceof Secret) return [name, 'secret', value.reveal()];
    // The target tells only whether it is the declared one.
    if (wanted instanceof Secret && value?.equals(wanted) === true) return [name, 'secret', wanted.reveal()];
    return [name, 'untold', ''];
  });
}

function digestOf(values: Values, key: Buffer): string {
  return createHmac('sha256', key).update(JSON.stringify(values)).digest('base64url');
}
