import type { PeerReason } from './ask-peer.ts';

/** Why a listener does not answer as it should. */
export type HeartbeatReason = 'store' | 'overload' | 'refused' | 'stalled' | PeerReason;

const words: Readonly<Record<HeartbeatReason, string>> = {
  store: 'accounting cannot be stored; see the state folder',
  overload: 'there are more packets than can be answered',
  stalled: 'the process stood still for longer than routers wait; it has too much to do, or the machine has',
  socket: 'the socket cannot be written to',
  refused: 'the login that nobody may refuse was refused',
  silent: 'no answer within 1.5 s; the process is busy, or the socket is gone',
  secret: 'what answers does not know its secret',
  unsigned: 'what answers does not sign',
  closed: 'nobody listens there',
  certificate: 'it shows another certificate than the one of radius.radsec',
  tls: 'it does not take its own certificate for one, or has no room for another connection',
};

const wordsOfPeers: Readonly<Record<PeerReason, string>> = {
  silent: 'no answer within 1.5 s; it is down or cannot be reached, does not know our address, or has another secret',
  secret: 'it answers with another shared secret than the one declared',
  unsigned: 'it answers without Message-Authenticator; upgrade it, or declare messageAuthenticator: off',
  closed: 'nobody listens at that port',
  socket: 'nothing can be sent there',
  certificate: 'it shows another certificate than the one whose fingerprint is declared',
  tls: 'it closes the connection; it does not take our certificate, or speaks no TLS 1.2',
};

/** For people. @param peer its name, where it is none of ours */
export function heartbeatWords(peer: string | undefined, reason: HeartbeatReason): string {
  return peer === undefined ? words[reason] : wordsOfPeers[reason as PeerReason];
}
