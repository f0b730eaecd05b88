import type { X509Certificate } from 'node:crypto';
import { compact } from '../../base/compact.ts';
import { certificateIn } from '../certificates.ts';
import type { Declared, OperatorSpec, RouterSpec } from '../declarations.ts';
import { readKeyPair, readPublic } from '../key-pair.ts';
import type { Operator } from '../kinds/operator.ts';
import type { NasRadsec, RadiusServer, RadsecSettings } from '../kinds/radius.ts';
import type { RouterRadius } from '../kinds/router.ts';
import { error, type Resolving, warning } from './resolving.ts';

type RadsecSpec = NonNullable<NonNullable<OperatorSpec['radius']>['radsec']>;

const path = ['radius', 'radsec'];

/** `radius.radsec` of the Operator. */
export function resolveRadsec(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  spec: RadsecSpec,
  servers: readonly RadiusServer[],
): RadsecSettings {
  const authorities =
    spec.clientCa === undefined ? undefined : readPublic(to, declared, spec.clientCa, [...path, 'clientCa']);
  const pair = readKeyPair(to, declared, spec, path);
  const clientCa = authorities?.reveal();
  if (authorities !== undefined && !to.secrets.unknown(authorities) && certificateIn(clientCa ?? '') === undefined) {
    const hint = 'text that begins with -----BEGIN CERTIFICATE-----';
    error(to, 'LM_CERTIFICATE', 'this is no certificate in PEM', declared, ['spec', ...path, 'clientCa'], hint);
  }
  const certificate = certificateIn(pair.certificate.reveal());
  if (certificate !== undefined) checkNames(to, declared, certificate, servers);
  return compact({ ...pair, clientCa });
}

/** RouterOS compares the certificate of a server with the address it asks. */
function checkNames(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  certificate: X509Certificate,
  servers: readonly RadiusServer[],
): void {
  const missing = servers.filter(({ address }) => certificate.checkIP(address) === undefined);
  if (missing.length === 0) return;
  const addresses = missing.map(({ address }) => address).join(', ');
  const message = `the certificate does not name ${addresses}: RouterOS will not trust it there`;
  const hint = 'a subject alternative name IP:… for each address of radius.servers that this server has';
  warning(to, 'LM_RADSEC_NAME', message, declared, ['spec', ...path, 'certificate'], hint);
}

/** `radius.radsec` of a router; `undefined` when it uses UDP. */
export function resolveRouterRadsec(
  to: Resolving,
  declared: Declared<RouterSpec>,
  operator: Pick<Operator['radius'], 'radsec'>,
): RouterRadius['radsec'] {
  const { transport = 'udp', radsec } = declared.spec.radius ?? {};
  const at = ['spec', 'radius', 'radsec'];
  if (transport === 'udp') {
    if (radsec !== undefined) error(to, 'LM_RADSEC', 'it takes transport: radsec', declared, at);
    return undefined;
  }
  if (radsec === undefined) {
    const hint = 'radsec: {certificate: …} names the one, with its key, that the router shows us';
    error(to, 'LM_MISSING_KEY', 'transport radsec needs radsec.certificate', declared, ['spec', 'radius'], hint);
    return undefined;
  }
  const { certificate } = radsec;
  const fingerprint = fingerprintOf(radsec.fingerprint) ?? declaredFingerprint(declared, certificate);
  checkTrust(to, declared, { fingerprint, at }, operator);
  return compact({ certificate, fingerprint });
}

/** `radius.clients[].radsec`. */
export function resolveClientRadsec(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  spec: { readonly fingerprint?: string } | undefined,
  index: number,
  operator: Pick<Operator['radius'], 'radsec'>,
): NasRadsec | undefined {
  if (spec === undefined) return undefined;
  const fingerprint = fingerprintOf(spec.fingerprint);
  checkTrust(to, declared, { fingerprint, at: ['spec', 'radius', 'clients', index, 'radsec'] }, operator);
  return compact({ fingerprint });
}

function checkTrust(
  to: Resolving,
  declared: Declared<OperatorSpec> | Declared<RouterSpec>,
  { fingerprint, at }: { readonly fingerprint: string | undefined; readonly at: readonly (string | number)[] },
  { radsec }: Pick<Operator['radius'], 'radsec'>,
): void {
  // What a broken Operator declares is not known.
  if (to.declarations.incomplete.operator) return;
  if (radsec === undefined) {
    error(to, 'LM_RADSEC', 'the Operator declares no radius.radsec: nobody listens', declared, at);
  } else if (fingerprint === undefined && radsec.clientCa === undefined) {
    const hint = 'its fingerprint here, or radius.radsec.clientCa in the Operator';
    error(to, 'LM_RADSEC', 'nothing says which certificate is its own', declared, at, hint);
  }
}

function declaredFingerprint({ spec }: Declared<RouterSpec>, name: string): string | undefined {
  const text = spec.certificates?.find((each) => each.name === name)?.certificate;
  const certificate = typeof text === 'string' ? certificateIn(text) : undefined;
  return certificate === undefined ? undefined : fingerprintOf(certificate.fingerprint256);
}

function fingerprintOf(text: string | undefined): string | undefined {
  return text?.replaceAll(':', '').toLowerCase();
}
