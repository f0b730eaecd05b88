import type { AccessKind } from '../model/kinds/service.ts';
import { keptCredential, type SentCredential } from './access-credential.ts';
import type { EapReply } from './eap-reply.ts';
import type { NasContext } from './nas-context.ts';
import { attribute } from './packet/codes.ts';
import { type Frame, keptFrame, offsetOf } from './packet/framing.ts';
import { redirectsSuspended } from './reply/access-accept.ts';

/** One Access-Request while it is answered. */
export interface Exchange {
  readonly packet: Buffer;
  readonly frame: Frame;
  readonly context: NasContext;
  /** As declared, once somebody is found; as sent until then. */
  readonly username: string;
  readonly sent: SentCredential;
  /** By what somebody is let in, or not. */
  readonly method: string;
  readonly door: AccessKind | undefined;
  /** Wall time, milliseconds since 1970. */
  readonly now: number;
  /** What EAP adds to an accept; absent of every other login. */
  readonly eap?: EapReply;
}

/** The same, to be answered when other packets have come in between. */
export function keptExchange(exchange: Exchange): Exchange {
  return { ...exchange, frame: keptFrame(exchange.frame), sent: keptCredential(exchange.sent) };
}

/** The first attribute of a type as text; `undefined` when there is none, or an empty one. */
export function textOf(packet: Buffer, frame: Frame, type: number): string | undefined {
  const at = offsetOf(frame, type);
  const size = packet[at + 1] as number;
  return at === 0 || size === 2 ? undefined : packet.toString('utf8', at + 2, at + size);
}

/** Can the NAS keep somebody suspended to a page? */
export function redirectsAt({ context }: Exchange): boolean | 'by-url' {
  return redirectsSuspended(context.nas);
}

/** Is the reply to be signed? Always, unless it is declared that this NAS takes only what it asks for. */
export function signsReply({ frame, context }: Exchange): boolean {
  return context.nas.sendMessageAuthenticator === undefined || offsetOf(frame, attribute.messageAuthenticator) !== 0;
}
