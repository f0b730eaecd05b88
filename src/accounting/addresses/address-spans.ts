import { addressFields, type Session } from '../event.ts';

/** A session had this address, or prefix, from one moment to another. */
export interface AddressSpan {
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Absent: it has it still. */
  readonly till?: number;
}

/**
 * Every address that a session had, and when. One that came late it had from its start on, as far as anybody knows: a NAS
 * tells it once the session has it.
 */
export function addressSpans(session: Session): readonly AddressSpan[] {
  const spans: AddressSpan[] = [];
  for (const field of addressFields) {
    const current = session[field];
    if (current === undefined) continue;
    let from = session.startedAt;
    for (const former of session.formerAddresses ?? []) {
      if (former.field !== field) continue;
      spans.push({ address: former.address, from, till: former.till });
      from = former.till;
    }
    const till = session.stoppedAt;
    spans.push({ address: current, from, ...(till === undefined ? {} : { till: Math.max(from, till) }) });
  }
  return spans;
}
