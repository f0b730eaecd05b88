import { createHash } from 'node:crypto';
import { type Cell, csvLineAsIs } from '../base/csv.ts';
import type { Session } from './event.ts';

/** Columns of FreeRADIUS' `radacct` (3.2, `mods-config/sql/main`), but `radacctid`, which the database counts. */
const columns: Readonly<Record<string, (session: Session) => Cell>> = {
  acctsessionid: sentId,
  acctuniqueid: uniqueId,
  username: ({ username }) => username,
  realm: ({ username }) => (username.includes('@') ? username.slice(username.lastIndexOf('@') + 1) : undefined),
  nasipaddress: ({ nasIpAddress }) => nasIpAddress ?? '0.0.0.0',
  nasportid: ({ nasPortId, nasPort }) => nasPortId ?? nasPort,
  nasporttype: ({ nasPortType }) => word(portTypes, nasPortType),
  acctstarttime: ({ startedAt }) => time(startedAt),
  acctupdatetime: ({ stoppedAt, updatedAt }) => time(stoppedAt ?? updatedAt),
  acctstoptime: ({ stoppedAt }) => (stoppedAt === undefined ? undefined : time(stoppedAt)),
  acctinterval: () => undefined,
  acctsessiontime: ({ sessionSeconds }) => sessionSeconds,
  acctauthentic: ({ source }) => (source === undefined ? 'RADIUS' : 'Local'),
  connectinfo_start: ({ connectInfo }) => connectInfo,
  connectinfo_stop: () => undefined,
  // From the NAS's side: input is what it got from the subscriber.
  acctinputoctets: ({ upOctets }) => upOctets,
  acctoutputoctets: ({ downOctets }) => downOctets,
  calledstationid: ({ calledStationId }) => calledStationId ?? '',
  callingstationid: ({ callingStationId }) => callingStationId ?? '',
  acctterminatecause: ({ terminateCause }) => terminateCause ?? '',
  servicetype: ({ serviceType }) => word(serviceTypes, serviceType),
  framedprotocol: ({ framedProtocol }) => word(framedProtocols, framedProtocol),
  framedipaddress: ({ framedIpAddress }) => framedIpAddress,
  framedipv6address: ({ framedIpv6Address }) => framedIpv6Address,
  framedipv6prefix: ({ framedIpv6Prefix }) => framedIpv6Prefix,
  framedinterfaceid: () => undefined,
  delegatedipv6prefix: ({ delegatedIpv6Prefix }) => delegatedIpv6Prefix,
  class: (session) => (session.class === undefined ? undefined : `0x${session.class}`),
};

export const radacctHead = csvLineAsIs(Object.keys(columns));

/** A row of `radacct` as CSV: `\copy radacct (…) from rows.csv csv header` takes it. */
export function radacctLine(session: Session): string {
  return csvLineAsIs(Object.values(columns).map((column) => column(session)));
}

/** As FreeRADIUS makes it of packets without a Class of its own (`policy.d/accounting`). */
function uniqueId(session: Session): string {
  const { username, nasIpAddress = '', nasIdentifier = '', nasPortId = '', nasPort = '' } = session;
  const parts = [username, sentId(session), nasIpAddress, nasIdentifier, nasPortId, nasPort];
  return createHash('md5').update(parts.join(',')).digest('hex');
}

function sentId({ sentSessionId, sessionId }: Session): string {
  return sentSessionId ?? sessionId;
}

/** `2026-11-22 10:00:00+00:00`: as PostgreSQL and MySQL read it. */
function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}

function word(words: Readonly<Record<number, string>>, number: number | undefined): Cell {
  return number === undefined ? undefined : (words[number] ?? number);
}

/** NAS-Port-Type, RFC 2865 §5.41 and the IANA registry. */
const portTypes: Readonly<Record<number, string>> = {
  0: 'Async',
  1: 'Sync',
  2: 'ISDN',
  5: 'Virtual',
  11: 'SDSL',
  12: 'ADSL-CAP',
  13: 'ADSL-DMT',
  15: 'Ethernet',
  16: 'xDSL',
  17: 'Cable',
  18: 'Wireless-Other',
  19: 'Wireless-802.11',
  32: 'PPPoA',
  33: 'PPPoEoA',
  34: 'PPPoEoE',
  35: 'PPPoEoVLAN',
};

/** Service-Type, RFC 2865 §5.6. */
const serviceTypes: Readonly<Record<number, string>> = {
  1: 'Login-User',
  2: 'Framed-User',
  3: 'Callback-Login-User',
  4: 'Callback-Framed-User',
  5: 'Outbound-User',
  6: 'Administrative-User',
  7: 'NAS-Prompt-User',
  8: 'Authenticate-Only',
  10: 'Call-Check',
};

/** Framed-Protocol, RFC 2865 §5.7. */
const framedProtocols: Readonly<Record<number, string>> = { 1: 'PPP', 2: 'SLIP' };
