import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../../src/accounting/event.ts';
import { applyEvent } from '../../../src/accounting/fold.ts';
import { sessionExport } from '../../../src/accounting/sessions/session-export.ts';
import type { SessionState } from '../../../src/accounting/sessions/session-state.ts';
import { viewOf } from '../../../src/accounting/sessions/view.ts';
import { packet, t0, used } from '../../support/accounting-event.ts';

const detail: Partial<AccountingEvent> = {
  sessionId: '8110a0ff',
  sentSessionId: '8110A0FF',
  username: '=anna@isp.example',
  framedIpAddress: '10.0.0.7',
  delegatedIpv6Prefix: '2001:db8:100::/56',
  nasIpAddress: '192.0.2.1',
  nasIdentifier: 'core-1',
  nasPortId: 'ether3',
  nasPort: 7,
  nasPortType: 15,
  serviceType: 2,
  framedProtocol: 1,
  callingStationId: '02:00:00:00:00:01',
  class: '0102',
};

const closed = view(
  packet('start', 0, detail),
  packet('stop', 60, { ...detail, ...used(60, 5_000_000_000, 7), terminateCause: 1 }),
);

describe('a session as CSV', () => {
  it('has a line of names, and no formula that a username would be', () => {
    const { head, line } = sessionExport('csv');

    const row = rowOf(head, line(closed, { subscriber: 'anna', service: 'home' }));

    expect(row).toMatchObject({
      username: "'=anna@isp.example",
      subscriber: 'anna',
      service: 'home',
      started: '2026-01-01T00:00:00.000Z',
      ended: '2026-01-01T00:01:00.000Z',
      seconds: '60',
      up: '5000000000',
      down: '7',
      ipv4: '10.0.0.7',
      delegated_prefix: '2001:db8:100::/56',
      session: '8110A0FF',
      cause: 'User-Request',
      counted_by: 'radius',
    });
  });
});

describe('a session as JSON', () => {
  it('is one line with what the API shows', () => {
    const { head, line } = sessionExport('jsonl');

    expect(head).toBe('');
    expect(line(closed, {})).toMatch(/\}\n$/);
    expect(JSON.parse(line(closed, { subscriber: 'anna' }))).toMatchObject({
      subscriber: 'anna',
      upOctets: '5000000000',
      stoppedAt: '2026-01-01T00:01:00.000Z',
    });
  });
});

describe('a session as a row of radacct', () => {
  it('has what FreeRADIUS would have stored', () => {
    const { head, line } = sessionExport('radacct');

    expect(rowOf(head, line(closed, {}))).toEqual({
      acctsessionid: '8110A0FF',
      // MD5 of "=anna@isp.example,8110A0FF,192.0.2.1,core-1,ether3,7"
      acctuniqueid: '2fe77911254f58be582eeb999c794580',
      username: '=anna@isp.example',
      realm: 'isp.example',
      nasipaddress: '192.0.2.1',
      nasportid: 'ether3',
      nasporttype: 'Ethernet',
      acctstarttime: '2026-01-01 00:00:00+00:00',
      acctupdatetime: '2026-01-01 00:01:00+00:00',
      acctstoptime: '2026-01-01 00:01:00+00:00',
      acctinterval: '',
      acctsessiontime: '60',
      acctauthentic: 'RADIUS',
      connectinfo_start: '',
      connectinfo_stop: '',
      acctinputoctets: '5000000000',
      acctoutputoctets: '7',
      calledstationid: '""',
      callingstationid: '02:00:00:00:00:01',
      acctterminatecause: 'User-Request',
      servicetype: 'Framed-User',
      framedprotocol: 'PPP',
      framedipaddress: '10.0.0.7',
      framedipv6address: '',
      framedipv6prefix: '',
      framedinterfaceid: '',
      delegatedipv6prefix: '2001:db8:100::/56',
      class: '0x0102',
    });
  });

  it('has no end while it is open', () => {
    const { head, line } = sessionExport('radacct');
    const open = view(packet('start', 0, detail));

    expect(rowOf(head, line(open, {}))).toMatchObject({ acctstoptime: '', acctterminatecause: '""' });
  });
});

/** Of cells without commas in them. */
function rowOf(head: string, line: string): Readonly<Record<string, string>> {
  const [names, cells] = [head.trim().split(','), line.replace(/\r?\n$/, '').split(',')];
  expect(cells).toHaveLength(names.length);
  return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']));
}

function view(...events: readonly AccountingEvent[]) {
  let session: SessionState | undefined;
  for (const event of events) session = applyEvent(session, event).at(-1) ?? session;
  if (session === undefined) throw new Error('no session');
  return viewOf(session, t0 + 100_000, 120);
}
