import { type EapMethod, type FillRandom, randomOctets, rejected } from './method.ts';
import { eapType } from './packet.ts';

const challengeLength = 16;
const name = 'eap-md5';

/** EAP-MD5 (RFC 3748 §5.4): CHAP in EAP. It proves nothing of us, and gives no keys: for wires only. */
export function md5Method(username: string, random: FillRandom): EapMethod {
  const challenge = randomOctets(random, challengeLength);
  return {
    type: eapType.md5,
    start: () => ({ next: 'request', data: Buffer.concat([Buffer.of(challengeLength), challenge]) }),
    async answer(data, { judge, identifier }) {
      if (data[0] !== 16 || data.length < 17) return rejected(name, 'eap-malformed', username);
      const credential = { method: 'chap', identifier, challenge, response: data.subarray(1, 17) } as const;
      const decision = await judge.verify(username, credential);
      if (decision.verdict === 'reject') return rejected(name, decision.reason, username);
      return { next: 'accept', username, method: name };
    },
    close: () => undefined,
  };
}
