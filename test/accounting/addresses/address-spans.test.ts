import { describe, expect, it } from 'vitest';
import { addressSpans } from '../../../src/accounting/addresses/address-spans.ts';
import type { AccountingEvent } from '../../../src/accounting/event.ts';
import { applyEvent } from '../../../src/accounting/fold.ts';
import type { SessionState } from '../../../src/accounting/sessions/session-state.ts';
import { packet, t0, used } from '../../support/accounting-event.ts';

describe('the addresses of a session', () => {
  it('are its own from its start, though only an Interim tells them', () => {
    const spans = spansAfter(
      packet('start', 0),
      packet('interim', 60, { ...used(60, 1, 1), framedIpAddress: '10.0.0.9' }),
    );

    expect(spans).toEqual([{ address: '10.0.0.9', from: t0 }]);
  });

  it('are of both families, and prefixes', () => {
    const spans = spansAfter(
      packet('start', 0, {
        framedIpAddress: '10.0.0.9',
        framedIpv6Prefix: '2001:db8:1::/64',
        delegatedIpv6Prefix: '2001:db8:100::/56',
      }),
      packet('stop', 60, used(60, 1, 1)),
    );

    expect(spans).toEqual([
      { address: '10.0.0.9', from: t0, till: t0 + 60_000 },
      { address: '2001:db8:1::/64', from: t0, till: t0 + 60_000 },
      { address: '2001:db8:100::/56', from: t0, till: t0 + 60_000 },
    ]);
  });

  it('are each its own for a time where they change', () => {
    const spans = spansAfter(
      packet('start', 0, { framedIpAddress: '10.0.0.9' }),
      packet('interim', 60, { ...used(60, 1, 1), framedIpAddress: '10.0.0.10' }),
      packet('interim', 120, { ...used(120, 2, 2), framedIpAddress: '10.0.0.10' }),
      packet('stop', 180, { ...used(180, 3, 3), framedIpAddress: '10.0.0.11' }),
    );

    expect(spans).toEqual([
      { address: '10.0.0.9', from: t0, till: t0 + 60_000 },
      { address: '10.0.0.10', from: t0 + 60_000, till: t0 + 180_000 },
      { address: '10.0.0.11', from: t0 + 180_000, till: t0 + 180_000 },
    ]);
  });

  it('are not those of a packet that comes late', () => {
    const spans = spansAfter(
      packet('start', 0, { framedIpAddress: '10.0.0.9' }),
      packet('interim', 120, { ...used(120, 2, 2), framedIpAddress: '10.0.0.10' }),
      packet('interim', 121, { ...used(60, 1, 1), framedIpAddress: '10.0.0.8', delaySeconds: 61 }),
    );

    expect(spans.map(({ address }) => address)).toEqual(['10.0.0.9', '10.0.0.10']);
  });
});

function spansAfter(...events: readonly AccountingEvent[]) {
  let session: SessionState | undefined;
  for (const event of events) session = applyEvent(session, event).at(-1) ?? session;
  return session === undefined ? [] : addressSpans(session);
}
