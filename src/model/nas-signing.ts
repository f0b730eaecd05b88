import type { Secret } from '../base/secret.ts';
import type { Placed } from './declarations.ts';
import type { Operator } from './kinds/operator.ts';
import type { NasSigning } from './kinds/radius.ts';
import { error, type Resolving, warning } from './resolve/resolving.ts';

/** The words of a router's `radius`, or of a client. */
interface SigningSpec {
  readonly messageAuthenticator?: NasSigning['messageAuthenticator'];
  readonly limitProxyState?: 'always' | 'unsafe-off';
  readonly sendMessageAuthenticator?: 'always' | 'when-asked';
  readonly statusServer?: boolean;
}

/** How packets to and from a NAS are signed. What is said of it holds for one place: `path` leads to its words. */
export function resolveSigning(
  to: Resolving,
  place: Placed,
  path: readonly (string | number)[],
  spec: SigningSpec,
  ofOperator: Operator['radius']['messageAuthenticator'],
): NasSigning {
  const { messageAuthenticator = ofOperator, limitProxyState, sendMessageAuthenticator, statusServer } = spec;
  if (limitProxyState === 'unsafe-off') checkUnlimited(to, place, [...path, 'limitProxyState'], messageAuthenticator);
  if (sendMessageAuthenticator === 'when-asked') {
    const message = 'answers without Message-Authenticator can be forged by whoever is on the path (CVE-2024-3596)';
    const hint = 'keep it to a NAS that takes no others, on a network of its own or in a tunnel';
    warning(to, 'LM_UNSIGNED_ANSWERS', message, place, [...path, 'sendMessageAuthenticator'], hint);
  }
  return {
    messageAuthenticator,
    ...(limitProxyState === 'unsafe-off' ? { limitProxyState } : {}),
    ...(sendMessageAuthenticator === 'when-asked' ? { sendMessageAuthenticator } : {}),
    ...(statusServer === false ? { statusServer } : {}),
  };
}

function checkUnlimited(
  to: Resolving,
  place: Placed,
  path: readonly (string | number)[],
  policy: NasSigning['messageAuthenticator'],
): void {
  if (policy !== 'off') {
    const message = `requests without Message-Authenticator are not simply taken under messageAuthenticator: ${policy}`;
    error(to, 'LM_NOT_POSSIBLE', message, place, path, 'leave it out, or say messageAuthenticator: off');
    return;
  }
  const message = 'a Reject can be forged into an Accept by whoever is on the path (CVE-2024-3596)';
  const hint = 'make the proxy send Message-Authenticator, and leave this out';
  warning(to, 'LM_FORGEABLE', message, place, path, hint);
}

/** A NAS among those that one address stands for. */
export interface SharedAddress {
  readonly name: string;
  readonly clientAddress: string;
  readonly secret: Secret;
  readonly messageAuthenticator: NasSigning['messageAuthenticator'];
  /** Whoever talks through a tunnel has nothing to be learned. */
  readonly tunnelled: boolean;
  readonly place: Placed;
  readonly path: readonly (string | number)[];
}

/** What is learned is learned of one address that is one NAS. */
export function checkLearning(to: Resolving, all: readonly SharedAddress[]): void {
  const sharing = new Map<string, number>();
  for (const { clientAddress } of all) sharing.set(clientAddress, (sharing.get(clientAddress) ?? 0) + 1);
  for (const { name, clientAddress, messageAuthenticator, tunnelled, place, path } of all) {
    if (messageAuthenticator !== 'learn' || tunnelled) continue;
    const shared = (sharing.get(clientAddress) ?? 0) > 1;
    if (!shared && !clientAddress.includes('/')) continue;
    const why = shared ? `several NAS send from ${clientAddress}` : `${clientAddress} is a prefix`;
    const message = `nothing can be learned of "${name}": ${why}`;
    error(to, 'LM_CANNOT_LEARN', message, place, path, 'set messageAuthenticator: require, or off, for it');
  }
}
