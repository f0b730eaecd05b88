import type { Clock } from '../base/clock.ts';
import type { EapMethodName, EapSettings } from '../model/model.ts';
import { eapTlsMethod } from './eap-tls.ts';
import { md5Method } from './md5.ts';
import type { EapMethod, FillRandom } from './method.ts';
import { mschapv2Method } from './mschapv2.ts';
import { eapType } from './packet.ts';
import { peapMethod } from './peap.ts';
import { resumptions } from './resumptions.ts';
import { TlsEndpoint } from './tls-endpoint.ts';
import { ttlsMethod } from './ttls.ts';

/** Methods in the order in which they are proposed. */
export type MethodTable = readonly {
  readonly type: number;
  /** @param outer what the peer said that it is */
  open(outer: string): EapMethod;
}[];

/**
 * The declared methods, with what they share.
 *
 * @throws EapCertificateError
 */
export function eapMethods(
  settings: EapSettings,
  deps: { readonly clock: Clock; readonly random: FillRandom },
): MethodTable {
  const { clock, random } = deps;
  const lifetimeMs = settings.sessionLifetimeSeconds * 1000;
  const endpoint = (name: EapMethodName): TlsEndpoint => tlsEndpoint(name, settings, clock);
  return settings.methods.map((name) => {
    switch (name) {
      case 'md5':
        return { type: eapType.md5, open: (outer: string) => md5Method(outer, random) };
      case 'mschapv2':
        return { type: eapType.mschapv2, open: (outer: string) => mschapv2Method(outer, random) };
      case 'peap': {
        const tls = endpoint(name);
        return { type: eapType.peap, open: () => peapMethod(() => tls.tunnel(), random, clock, lifetimeMs) };
      }
      case 'ttls': {
        const tls = endpoint(name);
        return { type: eapType.ttls, open: () => ttlsMethod(() => tls.tunnel(), random, clock, lifetimeMs) };
      }
      default: {
        const tls = endpoint(name);
        return {
          type: eapType.tls,
          open: (outer: string) => eapTlsMethod(() => tls.tunnel(), outer, clock, lifetimeMs),
        };
      }
    }
  });
}

/** Each method has its own sessions: one that was begun with a password is never resumed where a certificate is due. */
function tlsEndpoint(name: EapMethodName, settings: EapSettings, clock: Clock): TlsEndpoint {
  const { certificate, key, clientCa, clientRevoked, sessionLifetimeSeconds } = settings;
  return TlsEndpoint.create({
    name: `lastmile/${name}`,
    certificate: certificate?.reveal() ?? '',
    key: key?.reveal() ?? '',
    ...(name === 'tls' && clientCa !== undefined ? { clientCa } : {}),
    ...(name === 'tls' && clientRevoked !== undefined ? { clientRevoked } : {}),
    sessionLifetimeSeconds,
    resumptions: resumptions(clock),
  });
}
