import { compact } from '../../base/compact.ts';
import type { Secret } from '../../base/secret.ts';
import { parseDuration } from '../../base/units.ts';
import { certificateIn } from '../certificates.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import { type KeyPair, readKeyPair, readPublic } from '../key-pair.ts';
import type { EapMethodName, EapSettings } from '../kinds/radius.ts';
import { error, type Resolving, warning } from './resolving.ts';

type EapSpec = NonNullable<NonNullable<OperatorSpec['radius']>['eap']>;

const path = ['radius', 'eap'];
const longestLifetimeSeconds = 7 * 86_400;
/** Those whose own messages prove nothing of the network, and can be guessed at by whoever hears them. */
const bare: readonly EapMethodName[] = ['md5', 'mschapv2'];

/** `radius.eap` of the Operator with its defaults. */
export function resolveEap(to: Resolving, declared: Declared<OperatorSpec>, spec: EapSpec): EapSettings {
  const read = (field: 'clientCa' | 'clientRevoked'): Secret | undefined => {
    const declaredAs = spec[field];
    return declaredAs === undefined ? undefined : readPublic(to, declared, declaredAs, [...path, field]);
  };
  const [clientCa, clientRevoked] = [read('clientCa'), read('clientRevoked')];
  const methods = spec.methods ?? ['peap', 'ttls', ...(clientCa === undefined ? [] : (['tls'] as const))];
  checkMethods(to, declared, { clientCa, clientRevoked }, methods);
  const pair = keyPair(to, declared, spec, methods);
  return compact({
    methods,
    certificate: pair?.certificate,
    key: pair?.key,
    clientCa: clientCa?.reveal(),
    clientRevoked: clientRevoked?.reveal(),
    sessionLifetimeSeconds: sessionLifetime(to, declared, spec.sessionLifetime ?? '8h'),
  });
}

function checkMethods(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { clientCa, clientRevoked }: { readonly clientCa: Secret | undefined; readonly clientRevoked: Secret | undefined },
  methods: readonly EapMethodName[],
): void {
  const at = (field: string): readonly string[] => ['spec', ...path, field];
  if (methods.includes('tls') && clientCa === undefined) {
    const hint = 'certificates of the authorities that signed those of devices';
    error(to, 'LM_MISSING_KEY', 'method tls needs clientCa', declared, ['spec', ...path], hint);
  }
  for (const [field, pem] of [['clientCa', clientCa] as const, ['clientRevoked', clientRevoked] as const]) {
    if (pem === undefined) continue;
    if (!methods.includes('tls')) error(to, 'LM_EAP', `only method tls uses ${field}`, declared, at(field));
    if (to.secrets.unknown(pem)) continue;
    const text = pem.reveal();
    const isGood = field === 'clientCa' ? certificateIn(text) !== undefined : text.includes('-----BEGIN X509 CRL-----');
    const what = field === 'clientCa' ? 'certificate' : 'list of revoked certificates';
    if (!isGood) error(to, 'LM_CERTIFICATE', `this is no ${what} in PEM`, declared, at(field));
  }
  for (const method of methods.filter((each) => bare.includes(each))) {
    const message = `EAP method ${method} without a tunnel proves nothing of the network to the device`;
    const hint = 'on a wire that nobody taps; wireless networks need keys, which md5 does not give: peap, ttls or tls';
    warning(to, 'LM_EAP_BARE', message, declared, at('methods'), hint);
  }
}

/** Certificate and key, which every method with TLS needs. */
function keyPair(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { certificate, key }: EapSpec,
  methods: readonly EapMethodName[],
): KeyPair | undefined {
  const tunnelled = methods.filter((each) => !bare.includes(each));
  if (certificate !== undefined && key !== undefined) return readKeyPair(to, declared, { certificate, key }, path);
  if (tunnelled.length > 0 || certificate !== undefined || key !== undefined) {
    const missing = certificate === undefined ? 'certificate' : 'key';
    const needs = tunnelled.length > 0 ? `method ${tunnelled.join(' and ')}` : 'the other of the pair';
    error(to, 'LM_MISSING_KEY', `"${missing}" is missing, which ${needs} needs`, declared, ['spec', ...path]);
  }
  return undefined;
}

function sessionLifetime(to: Resolving, declared: Declared<OperatorSpec>, text: string): number {
  const seconds = (parseDuration(text) ?? 0) / 1000;
  if (seconds <= longestLifetimeSeconds) return seconds;
  error(to, 'LM_EAP', `${text} is longer than 7d`, declared, ['spec', ...path, 'sessionLifetime']);
  return longestLifetimeSeconds;
}
