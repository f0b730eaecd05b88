import type { Clock } from '../base/clock.ts';
import type { EapMethodName, EapSettings } from '../model/kinds/radius.ts';
import { eapTlsMethod } from './eap-tls.ts';
import { md5Method } from './md5.ts';
import type { EapMethod, FillRandom } from './method.ts';
import { mschapv2Method } from './mschapv2.ts';
import { eapType } from './packet.ts';
import { peapMethod } from './peap.ts';
import { resumptions } from './resumptions.ts';
import { TlsEndpoint } from './tls-endpoint.ts';
import type { OpenTunnel } from './tls-method.ts';
import { ttlsMethod } from './ttls.ts';

/** Methods in the order in which they are proposed. */
export type MethodTable = readonly {
  readonly type: number;
  /** @param outer what the peer said that it is */
  open(outer: string): EapMethod;
}[];

export interface MethodDeps {
  readonly clock: Clock;
  readonly random: FillRandom;
}

/**
 * The declared methods, with what they share.
 *
 * @throws EapCertificateError
 */
export function eapMethods(settings: EapSettings, deps: MethodDeps): MethodTable {
  const { clock, random } = deps;
  const lifetimeMs = settings.sessionLifetimeSeconds * 1000;
  const openTunnel = (name: EapMethodName): OpenTunnel => {
    const endpoint = tlsEndpoint(name, settings, deps);
    return (first, mayResume) => endpoint.tunnel(first, mayResume);
  };
  return settings.methods.map((name) => {
    switch (name) {
      case 'md5':
        return { type: eapType.md5, open: (outer: string) => md5Method(outer, random) };
      case 'mschapv2':
        return { type: eapType.mschapv2, open: (outer: string) => mschapv2Method(outer, random) };
      case 'peap': {
        const tls = openTunnel(name);
        return { type: eapType.peap, open: () => peapMethod(tls, random, clock, lifetimeMs) };
      }
      case 'ttls': {
        const tls = openTunnel(name);
        return { type: eapType.ttls, open: () => ttlsMethod(tls, random, clock, lifetimeMs) };
      }
      default: {
        const tls = openTunnel(name);
        return {
          type: eapType.tls,
          open: (outer: string) => eapTlsMethod(tls, outer, clock, lifetimeMs),
        };
      }
    }
  });
}

/** Each method has its own sessions: one that was begun with a password is never resumed where a certificate is due. */
function tlsEndpoint(name: EapMethodName, settings: EapSettings, { clock, random }: MethodDeps): TlsEndpoint {
  const { certificate, key, clientCa, clientRevoked, sessionLifetimeSeconds } = settings;
  return TlsEndpoint.create({
    name: `lastmile/${name}`,
    certificate: certificate?.reveal() ?? '',
    key: key?.reveal() ?? '',
    ...(name === 'tls' && clientCa !== undefined ? { clientCa } : {}),
    ...(name === 'tls' && clientRevoked !== undefined ? { clientRevoked } : {}),
    sessionLifetimeSeconds,
    resumptions: resumptions(clock),
    random,
  });
}
