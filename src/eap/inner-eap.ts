import { type FillRandom, type MethodOutcome, type MethodStep, rejected, type Turn } from './method.ts';
import { mschapv2Method } from './mschapv2.ts';
import { eapType, methodsOfNak } from './packet.ts';

/** What is asked inside the tunnel, or what came of it. */
export type InnerStep = { readonly next: 'request'; readonly type: number; readonly data: Buffer } | MethodOutcome;

/** EAP inside a tunnel: identity, then EAP-MSCHAPv2. */
export interface InnerEap {
  answer(type: number, data: Buffer, turn: Turn): Promise<InnerStep>;
}

/** @param name of the tunnel's method, for `why` */
export function innerEap(name: string, random: FillRandom): InnerEap {
  let method: ReturnType<typeof mschapv2Method> | undefined;
  const step = (of: MethodStep): InnerStep =>
    of.next === 'request' ? { ...of, type: eapType.mschapv2 } : { ...of, method: `${name}-mschapv2` };
  return {
    async answer(type, data, turn) {
      if (method === undefined) {
        if (type !== eapType.identity) return rejected(name, 'eap-malformed');
        method = mschapv2Method(data.toString('utf8'), random);
        return step(method.start(turn.next, turn.maxOctets));
      }
      if (methodsOfNak({ type, data }) !== undefined) return rejected(name, 'eap-method');
      if (type !== method.type) return rejected(name, 'eap-malformed');
      return step(await method.answer(data, turn));
    },
  };
}
