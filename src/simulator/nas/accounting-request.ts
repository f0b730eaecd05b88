import radius, { type Attribute } from 'radius';
import { hostIp, type NasIdentity } from './access-request.ts';
import { formatSessionId, type Session, type TerminateCause, terminateCauses } from './session.ts';

export type AccountingStatus = 'Start' | 'Interim-Update' | 'Stop';

/** Counters and times as they were when the record was made: resends carry the same octets. */
export interface AccountingRecord {
  readonly status: AccountingStatus;
  readonly session: Session;
  readonly cause?: TerminateCause;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly sessionSeconds: number;
  readonly upOctets: bigint;
  readonly downOctets: bigint;
  readonly upPackets: bigint;
  readonly downPackets: bigint;
}

const statusNumbers: Readonly<Record<AccountingStatus, number>> = { Start: 1, Stop: 2, 'Interim-Update': 3 };

/** An Accounting-Request with the attributes of a router, in its order. RouterOS sends no Message-Authenticator here. */
export function encodeAccountingRequest(
  record: AccountingRecord,
  nas: NasIdentity,
  secret: string,
  identifier: number,
): Buffer {
  const { session, status, cause, at } = record;
  const { caller, grant } = session;
  const ppp = caller.kind === 'pppoe';
  const attributes: Attribute[] = [
    ['Acct-Status-Type', statusNumbers[status]],
    ...(cause === undefined ? [] : [['Acct-Terminate-Cause', terminateCauses[cause]] as const]),
    ...(ppp
      ? ([
          ['Service-Type', 'Framed-User'],
          ['Framed-Protocol', 'PPP'],
        ] as const)
      : []),
    ['NAS-Port-Type', caller.nasPortType ?? 'Ethernet'],
    ['Calling-Station-Id', caller.callerId],
    ['Called-Station-Id', caller.serviceName],
    ['NAS-Port-Id', caller.port],
    ['User-Name', caller.username],
    ['NAS-Port', caller.nasPort],
    ['Acct-Session-Id', formatSessionId(caller.sessionNumber)],
    ['Framed-IP-Address', session.address],
    ...(caller.hostAddress === undefined ? [] : [hostIp(caller.hostAddress)]),
    ...grant.classes.map((value) => ['Class', value] as const),
    ...(ppp ? [['Acct-Authentic', grant.radius ? 'RADIUS' : 'Local'] as const] : []),
    ['Event-Timestamp', new Date(at)],
    ...(status === 'Start' ? [] : counters(record)),
    ['NAS-Identifier', nas.identifier],
    ['Acct-Delay-Time', 0],
    ['NAS-IP-Address', nas.address],
  ];
  return radius.encode({ code: 'Accounting-Request', secret, identifier, attributes });
}

/** Input is what came from the subscriber. Gigawords are sent even when they are 0. */
function counters(record: AccountingRecord): Attribute[] {
  const low = (octets: bigint) => Number(octets & 0xffff_ffffn);
  const high = (octets: bigint) => Number(octets >> 32n);
  return [
    ['Acct-Input-Octets', low(record.upOctets)],
    ['Acct-Output-Octets', low(record.downOctets)],
    ['Acct-Input-Gigawords', high(record.upOctets)],
    ['Acct-Output-Gigawords', high(record.downOctets)],
    ['Acct-Input-Packets', low(record.upPackets)],
    ['Acct-Output-Packets', low(record.downPackets)],
    ['Acct-Session-Time', record.sessionSeconds],
  ];
}
