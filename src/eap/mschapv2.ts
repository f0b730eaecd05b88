import type { RejectReason } from '../access/authorise.ts';
import type { CredentialProof } from '../access/credentials/credential.ts';
import { mschapErrorNumber } from '../access/mschap-error.ts';
import { rejectText } from '../access/reject-text.ts';
import { type EapMethod, type FillRandom, type MethodOutcome, randomOctets, rejected } from './method.ts';
import { eapType } from './packet.ts';

/** draft-kamath-pppext-eap-mschapv2 §2. */
const opcode = { challenge: 1, response: 2, success: 3, failure: 4 } as const;
const ownName = 'lastmile';
const name = 'eap-mschapv2';
/** Value-Size of a Response: peer challenge, 8 octets reserved, NT response, flags. */
const valueLength = 49;
const headerLength = 5;

/**
 * EAP-MSCHAPv2, by itself or inside a tunnel: challenge, response, then our own proof or an error that is understood, which
 * the peer acknowledges. There is no second try, and passwords are not changed here (`R=0`).
 */
export function mschapv2Method(username: string, random: FillRandom): EapMethod {
  const challenge = randomOctets(random, 16);
  let outcome: MethodOutcome | undefined;
  let chapIdentifier = 0;

  const answered = (data: Buffer): { peerChallenge: Buffer; ntResponse: Buffer; typed: string } | undefined => {
    if (data[0] !== opcode.response || data[1] !== chapIdentifier) return undefined;
    if (data.length < headerLength + valueLength || data[4] !== valueLength) return undefined;
    const value = data.subarray(headerLength, headerLength + valueLength);
    const typed = data.toString('utf8', headerLength + valueLength);
    return { peerChallenge: value.subarray(0, 16), ntResponse: value.subarray(24, 48), typed };
  };

  return {
    type: eapType.mschapv2,
    start(identifier) {
      chapIdentifier = identifier;
      const value = Buffer.concat([Buffer.of(challenge.length), challenge, Buffer.from(ownName)]);
      return { next: 'request', data: message(opcode.challenge, identifier, value) };
    },
    async answer(data, { judge }) {
      if (outcome !== undefined) return acknowledged(data, outcome, username);
      const response = answered(data);
      if (response === undefined) return rejected(name, 'eap-malformed', username);
      const { peerChallenge, ntResponse, typed } = response;
      const credential = { method: 'mschap2', challenge, peerChallenge, ntResponse, username: typed } as const;
      const decision = await judge.verify(username, credential);
      if (decision.verdict === 'accept' && decision.proof?.method === 'mschap2') {
        const { proof } = decision;
        outcome = { next: 'accept', username, method: name, msk: mschapv2Msk(proof) };
        const text = Buffer.from(`${proof.authenticatorResponse} M=OK`);
        return { next: 'request', data: message(opcode.success, chapIdentifier, text) };
      }
      const reason = decision.verdict === 'reject' ? decision.reason : 'method-not-possible';
      outcome = rejected(name, reason, username);
      return { next: 'request', data: message(opcode.failure, chapIdentifier, errorText(reason, random)) };
    },
    close: () => undefined,
  };
}

/** The peer takes note of a success by the same word. Whatever it says to a failure, it is one. */
function acknowledged(data: Buffer, outcome: MethodOutcome, username: string): MethodOutcome {
  if (outcome.next === 'reject' || data[0] === opcode.success) return outcome;
  // It could not verify our proof: it knows another password, or somebody stands between.
  return rejected(name, 'eap-aborted', username);
}

/** 64 octets: what we receive with, what we send with, zeros. */
function mschapv2Msk({ receiveKey, sendKey }: CredentialProof & { readonly method: 'mschap2' }): Buffer {
  return Buffer.concat([receiveKey, sendKey, Buffer.alloc(32)]);
}

/** OpCode, MS-CHAPv2-ID, MS-Length, then what the word is about. */
function message(word: number, identifier: number, rest: Uint8Array): Buffer {
  const header = Buffer.of(word, identifier, 0, 0);
  header.writeUInt16BE(header.length + rest.length, 2);
  return Buffer.concat([header, rest]);
}

function errorText(reason: RejectReason, random: FillRandom): Buffer {
  const challenge = randomOctets(random, 16).toString('hex').toUpperCase();
  return Buffer.from(`E=${mschapErrorNumber(reason)} R=0 C=${challenge} V=3 M=${rejectText[reason]}`);
}
