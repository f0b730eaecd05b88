// Requests of a made-up operator's subscribers, signed as a NAS signs them, and the proof that answers are right. With
// node:crypto, not with what is measured; only the MS-CHAP response itself comes from our own code, which RFC 2759's vectors test.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mschap2Response, ntPasswordHash } from '../../dist/access/credentials/ms-chap.js';

export const sharedSecret = 'a shared secret of thirty-two ch';
export const plans = 7;
export const interimSeconds = 120;
export const sessionSeconds = 86_400;

export function username(index) {
  return `subscriber-${String(index).padStart(6, '0')}`;
}

export function password(index) {
  return `pw-${(index * 7919).toString(36)}`;
}

export function address(index) {
  return `10.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** Megabits a second of a subscriber's plan. */
export function megabits(index) {
  return { up: (index % plans) + 1, down: ((index % plans) + 1) * 4 };
}

/** @param method pap, chap or mschap2 */
export function accessRequest(method, identifier, index) {
  const authenticator = randomBytes(16);
  return signed(1, identifier, authenticator, [
    attribute(6, Buffer.of(0, 0, 0, 2)),
    attribute(7, Buffer.of(0, 0, 0, 1)),
    attribute(1, Buffer.from(username(index))),
    attribute(5, randomBytes(4)),
    attribute(31, Buffer.from('AA:BB:CC:00:11:22')),
    attribute(30, Buffer.from('pppoe-1')),
    attribute(44, Buffer.from('81100001')),
    ...proofs[method](index, authenticator),
    attribute(32, Buffer.from('bench')),
    attribute(4, Buffer.of(127, 0, 0, 1)),
  ]);
}

const proofs = {
  pap: (index, authenticator) => [attribute(2, hidden(password(index), authenticator))],
  chap: (index) => {
    const challenge = randomBytes(16);
    const proof = md5(Buffer.of(1), Buffer.from(password(index)), challenge);
    return [attribute(3, Buffer.concat([Buffer.of(1), proof])), attribute(60, challenge)];
  },
  mschap2: (index) => {
    const [challenge, peerChallenge] = [randomBytes(16), randomBytes(16)];
    const passwordHash = ntPasswordHash(password(index));
    const response = mschap2Response({ challenge, peerChallenge, username: username(index), passwordHash });
    const value = Buffer.concat([Buffer.of(1, 0), peerChallenge, Buffer.alloc(8), response]);
    return [microsoft(11, challenge), microsoft(25, value)];
  },
};

export const accountingStatus = { start: 1, stop: 2, interim: 3 };

/** @param status a value of `accountingStatus`; @param step how many reports came before */
export function accountingRequest(identifier, index, sessionId, status, step) {
  const octets = (each) => attribute(each.type, integer(each.value));
  const usage =
    step === 0
      ? []
      : [
          { type: 42, value: step * 1_000_000 },
          { type: 43, value: step * 9_000_000 },
          { type: 52, value: 0 },
          { type: 53, value: 0 },
          { type: 47, value: step * 1000 },
          { type: 48, value: step * 9000 },
          { type: 46, value: step * interimSeconds },
        ].map(octets);
  return signedByAuthenticator(4, identifier, [
    attribute(40, integer(status)),
    attribute(6, integer(2)),
    attribute(7, integer(1)),
    attribute(5, integer(15_728_640 + (index & 0xffff))),
    attribute(61, integer(15)),
    attribute(1, Buffer.from(username(index))),
    attribute(31, Buffer.from('AA:BB:CC:00:11:22')),
    attribute(30, Buffer.from('pppoe-1')),
    attribute(87, Buffer.from('ether2')),
    attribute(44, Buffer.from(sessionId)),
    attribute(8, Buffer.from(address(index).split('.').map(Number))),
    attribute(45, integer(1)),
    attribute(55, integer(Math.floor(Date.now() / 1000))),
    ...usage,
    ...(status === accountingStatus.stop ? [attribute(49, integer(1))] : []),
    attribute(32, Buffer.from('bench')),
    attribute(4, Buffer.of(127, 0, 0, 1)),
    attribute(41, integer(0)),
  ]);
}

/** Is it an answer of this code that proves the secret, and with Message-Authenticator where one must be? */
export function isRightAnswer(answer, request, code, signs = true) {
  if (answer[0] !== code || answer[1] !== request[1] || answer.readUInt16BE(2) !== answer.length) return false;
  const asked = request.subarray(4, 20);
  const proof = md5(answer.subarray(0, 4), asked, answer.subarray(20), Buffer.from(sharedSecret));
  return proof.equals(answer.subarray(4, 20)) && (!signs || isSigned(answer, asked));
}

/** Octets of the first attribute of a type, if there is one. */
export function attributeOf(packet, type) {
  for (let at = 20; at < packet.length; at += packet[at + 1]) {
    if (packet[at] === type) return packet.subarray(at + 2, at + packet[at + 1]);
  }
  return undefined;
}

function isSigned(answer, asked) {
  const sign = attributeOf(answer, 80);
  if (sign === undefined) return false;
  const clear = Buffer.from(answer);
  asked.copy(clear, 4);
  clear.fill(0, sign.byteOffset - answer.byteOffset, sign.byteOffset - answer.byteOffset + 16);
  return createHmac('md5', sharedSecret).update(clear).digest().equals(sign);
}

function signed(code, identifier, authenticator, attributes) {
  const packet = packetOf(code, identifier, authenticator, [...attributes, attribute(80, Buffer.alloc(16))]);
  createHmac('md5', sharedSecret)
    .update(packet)
    .digest()
    .copy(packet, packet.length - 16);
  return packet;
}

function signedByAuthenticator(code, identifier, attributes) {
  const packet = packetOf(code, identifier, Buffer.alloc(16), attributes);
  md5(packet, Buffer.from(sharedSecret)).copy(packet, 4);
  return packet;
}

function packetOf(code, identifier, authenticator, attributes) {
  const packet = Buffer.concat([Buffer.of(code, identifier, 0, 0), authenticator, ...attributes]);
  packet.writeUInt16BE(packet.length, 2);
  return packet;
}

function hidden(clear, authenticator) {
  const padded = Buffer.alloc(16);
  padded.write(clear);
  const mask = md5(Buffer.from(sharedSecret), authenticator);
  return Buffer.from(padded.map((octet, at) => octet ^ mask[at]));
}

function microsoft(type, value) {
  return attribute(26, Buffer.concat([integer(311), attribute(type, value)]));
}

function integer(value) {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

function attribute(type, value) {
  return Buffer.concat([Buffer.of(type, 2 + value.length), value]);
}

function md5(...parts) {
  const digest = createHash('md5');
  for (const part of parts) digest.update(part);
  return digest.digest();
}
