import type { DropReason, Proof } from '../drops.ts';
import type { NasContext } from '../nas-context.ts';
import { attribute, code } from '../packet/codes.ts';
import { type Frame, offsetOf } from '../packet/framing.ts';
import { isKeyed, verifyKeyedRequest, verifyRequestMessageAuthenticator } from '../packet/verify.ts';

/**
 * Does the packet prove that whoever sent it knows the shared secret, as far as the declaration of its NAS asks?
 *
 * @returns why it is dropped; nothing when it may go on
 */
export function integrityFlaw(packet: Buffer, frame: Frame, context: NasContext): DropReason | undefined {
  const sign = verifyRequestMessageAuthenticator(packet, frame, context.key);
  const unsigned = sign === 'missing' ? unsignedFlaw(frame, context) : undefined;
  if (unsigned !== undefined) return unsigned;
  if (sign === 'invalid') return 'ma-invalid';
  if (mixesEap(frame)) return 'auth-conflict';
  if (sign === 'wrong') return 'ma-wrong';
  if (isKeyed(frame.code) && !verifyKeyedRequest(packet, frame, context.key)) return 'authenticator-wrong';
  return undefined;
}

/** By what a packet without a flaw proves the secret; `undefined` for a request that a NAS need not sign. */
export function proofOf(frame: Frame): Proof | undefined {
  if (offsetOf(frame, attribute.messageAuthenticator) !== 0) return 'message-authenticator';
  return isKeyed(frame.code) ? 'request-authenticator' : undefined;
}

/**
 * Status-Server and EAP are always signed (RFC 5997 §3, 3579 §3.2). A Proxy-State without Message-Authenticator is what
 * CVE-2024-3596 is made with: it is refused even where the NAS need not sign, unless that is declared unsafe.
 */
function unsignedFlaw(frame: Frame, context: NasContext): DropReason | undefined {
  if (frame.code === code.statusServer || offsetOf(frame, attribute.eapMessage) !== 0) return 'ma-missing';
  if (frame.code !== code.accessRequest) return undefined;
  if (context.nas.tunnelled === true) return undefined;
  if (context.signing === 'require') return 'ma-missing';
  const limited = offsetOf(frame, attribute.proxyState) !== 0 && context.nas.limitProxyState !== 'unsafe-off';
  return limited ? 'proxy-unsigned' : undefined;
}

function mixesEap(frame: Frame): boolean {
  if (offsetOf(frame, attribute.eapMessage) === 0) return false;
  return offsetOf(frame, attribute.userPassword) !== 0 || offsetOf(frame, attribute.chapPassword) !== 0;
}
