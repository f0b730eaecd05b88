/** Packet codes (RFC 2865 §4, 2866 §4, 5176 §2, 5997 §2). */
export const code = {
  accessRequest: 1,
  accessAccept: 2,
  accessReject: 3,
  accountingRequest: 4,
  accountingResponse: 5,
  accessChallenge: 11,
  statusServer: 12,
  disconnectRequest: 40,
  disconnectAck: 41,
  disconnectNak: 42,
  coaRequest: 43,
  coaAck: 44,
  coaNak: 45,
} as const;

const names: readonly (string | undefined)[] = Object.assign(new Array<undefined>(256), {
  [code.accessRequest]: 'Access-Request',
  [code.accessAccept]: 'Access-Accept',
  [code.accessReject]: 'Access-Reject',
  [code.accountingRequest]: 'Accounting-Request',
  [code.accountingResponse]: 'Accounting-Response',
  [code.accessChallenge]: 'Access-Challenge',
  [code.statusServer]: 'Status-Server',
  [code.disconnectRequest]: 'Disconnect-Request',
  [code.disconnectAck]: 'Disconnect-ACK',
  [code.disconnectNak]: 'Disconnect-NAK',
  [code.coaRequest]: 'CoA-Request',
  [code.coaAck]: 'CoA-ACK',
  [code.coaNak]: 'CoA-NAK',
});

/** The RFC's name of a code, `code 99` when it has none. */
export function codeName(number: number): string {
  return names[number] ?? `code ${number}`;
}

/** Numbers of the attributes the packet layer itself has to know. */
export const attribute = {
  userName: 1,
  userPassword: 2,
  chapPassword: 3,
  nasIpAddress: 4,
  nasPort: 5,
  serviceType: 6,
  framedProtocol: 7,
  framedIpAddress: 8,
  framedIpNetmask: 9,
  replyMessage: 18,
  state: 24,
  class: 25,
  vendorSpecific: 26,
  sessionTimeout: 27,
  idleTimeout: 28,
  calledStationId: 30,
  callingStationId: 31,
  nasIdentifier: 32,
  proxyState: 33,
  acctStatusType: 40,
  acctDelayTime: 41,
  acctInputOctets: 42,
  acctOutputOctets: 43,
  acctSessionId: 44,
  acctSessionTime: 46,
  acctTerminateCause: 49,
  acctMultiSessionId: 50,
  acctInputGigawords: 52,
  acctOutputGigawords: 53,
  eventTimestamp: 55,
  chapChallenge: 60,
  nasPortType: 61,
  connectInfo: 77,
  eapMessage: 79,
  messageAuthenticator: 80,
  acctInterimInterval: 85,
  nasPortId: 87,
  framedPool: 88,
  nasIpv6Address: 95,
  framedIpv6Prefix: 97,
  errorCause: 101,
  delegatedIpv6Prefix: 123,
  framedIpv6Address: 168,
} as const;

/** Octets before the first attribute: Code, Identifier, Length, Authenticator. */
export const headerLength = 20;
/** The longest packet over UDP (RFC 2865 §3). */
export const maxPacketLength = 4096;
