import type { AccountingEvent } from '../../src/accounting/event.ts';

/** 2026-01-01 00:00 UTC, from which tests count. */
export const t0 = Date.UTC(2026, 0, 1);

const numbers = { start: 1, stop: 2, interim: 3, on: 7, off: 8, failed: 15, other: 9 } as const;

type Detail = Partial<Omit<AccountingEvent, 'status' | 'receivedAt'>>;

/** A packet of session `81000001` of `anna` on `core-1`, arriving so many seconds after `t0`. */
export function packet(status: AccountingEvent['status'], second: number, detail: Detail = {}): AccountingEvent {
  return {
    status,
    statusNumber: numbers[status],
    nas: 'core-1',
    sourceAddress: '192.0.2.1',
    receivedAt: t0 + second * 1000,
    sessionId: '81000001',
    username: 'anna',
    raw: 'KAYAAAAB',
    ...detail,
  };
}

/** An On or Off: of the NAS, not of a session. */
export function nasPacket(status: 'on' | 'off', second: number, detail: Detail = {}): AccountingEvent {
  const { sessionId: _sessionId, username: _username, ...rest } = packet(status, second, detail);
  return rest;
}

/** Session time and octets, up and down. */
export function used(sessionSeconds: number, up: number, down: number): Detail {
  return { sessionSeconds, inputOctets: up, outputOctets: down, inputGigawords: 0, outputGigawords: 0 };
}
