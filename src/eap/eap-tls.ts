import type { Clock } from '../base/clock.ts';
import { certificateNames } from './certificate-names.ts';
import { type EapMethod, rejected } from './method.ts';
import { eapType } from './packet.ts';
import { acceptByHandshake } from './resume.ts';
import { type OpenTunnel, tlsMethod } from './tls-method.ts';

const name = 'eap-tls';

/**
 * EAP-TLS with TLS 1.2 (RFC 5216) and 1.3 (RFC 9190). The certificate says who somebody is: the outer identity where it is one
 * of its names, which the peer may hide, else the first of its names that anybody has.
 */
export function eapTlsMethod(openTunnel: OpenTunnel, outer: string, clock: Clock, lifetimeMs: number): EapMethod {
  return tlsMethod(eapType.tls, openTunnel, {
    name,
    async advance(_clear, open, turn) {
      if (open.identity !== undefined) return acceptByHandshake(open.identity, open, eapType.tls, turn);
      const { certificate } = open;
      const names = certificate === undefined ? [] : certificateNames(certificate);
      if (certificate === undefined) return rejected(name, 'eap-certificate');
      const username =
        names.find((each) => each === outer) ?? names.find((each) => turn.judge.mark(each) !== undefined);
      if (username === undefined) return rejected(name, 'unknown-subscriber', names[0]);
      const until = Math.min(clock.now() + lifetimeMs, Date.parse(certificate.validTo));
      return acceptByHandshake({ username, method: name, until }, open, eapType.tls, turn);
    },
  });
}
