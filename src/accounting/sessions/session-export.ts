import { type Cell, csvLine } from '../../base/csv.ts';
import type { Session } from '../event.ts';
import { radacctHead, radacctLine } from '../radacct.ts';
import { type SessionView, toSessionJson } from './view.ts';

export const exportFormats = ['csv', 'jsonl', 'radacct'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Whose session it is, as declared now. */
export interface SessionOwner {
  readonly subscriber?: string;
  readonly service?: string;
}

export interface SessionExport {
  /** The first line, if there is one. */
  readonly head: string;
  line(session: SessionView, owner: SessionOwner): string;
}

/** How sessions are written in a format, one line each. */
export function sessionExport(format: ExportFormat): SessionExport {
  if (format === 'jsonl')
    return { head: '', line: (session, owner) => `${JSON.stringify({ ...owner, ...toSessionJson(session) })}\n` };
  if (format === 'radacct') return { head: radacctHead, line: radacctLine };
  const names = Object.keys(columns);
  return {
    head: csvLine(names),
    line: (session, owner) => csvLine(Object.values(columns).map((column) => column(session, owner))),
  };
}

const columns: Readonly<Record<string, (session: Session, owner: SessionOwner) => Cell>> = {
  username: ({ username }) => username,
  subscriber: (_, { subscriber }) => subscriber,
  service: (_, { service }) => service,
  started: ({ startedAt }) => time(startedAt),
  ended: ({ stoppedAt }) => (stoppedAt === undefined ? undefined : time(stoppedAt)),
  seconds: ({ sessionSeconds }) => sessionSeconds,
  up: ({ upOctets }) => upOctets,
  down: ({ downOctets }) => downOctets,
  ipv4: ({ framedIpAddress }) => framedIpAddress,
  ipv6: ({ framedIpv6Address }) => framedIpv6Address,
  ipv6_prefix: ({ framedIpv6Prefix }) => framedIpv6Prefix,
  delegated_prefix: ({ delegatedIpv6Prefix }) => delegatedIpv6Prefix,
  former_addresses: ({ formerAddresses }) =>
    formerAddresses?.map(({ address, till }) => `${address} until ${time(till)}`).join('; '),
  nas: ({ nas }) => nas,
  nas_address: ({ nasIpAddress }) => nasIpAddress,
  nas_port: ({ nasPortId, nasPort }) => nasPortId ?? nasPort,
  caller: ({ callingStationId }) => callingStationId,
  called: ({ calledStationId }) => calledStationId,
  session: ({ sentSessionId, sessionId }) => sentSessionId ?? sessionId,
  visit: ({ multiSessionId }) => multiSessionId,
  cause: ({ terminateCause }) => terminateCause,
  counted_by: ({ source }) => source ?? 'radius',
};

function time(at: number): string {
  return new Date(at).toISOString();
}
