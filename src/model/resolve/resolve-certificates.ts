import type { X509Certificate } from 'node:crypto';
import { isSealedText } from '../../base/sealed-text.ts';
import { Secret } from '../../base/secret.ts';
import { certificatesIn, fingerprintOf, keyFits } from '../certificates.ts';
import type { Declared, RouterSpec } from '../declarations.ts';
import type { RouterCertificate } from '../kinds/router.ts';
import type { SecretField } from '../secret-values.ts';
import { error, type Resolving, uniqueEntries } from './resolving.ts';

type Declaration = Declared<RouterSpec>;
type CertificateSpec = NonNullable<RouterSpec['certificates']>[number];
type Steps = readonly (string | number)[];

/** The certificates of a router, in parts; those that cannot be read are reported and left out. */
export function resolveCertificates(to: Resolving, declared: Declaration): readonly RouterCertificate[] | undefined {
  const list = declared.spec.certificates;
  if (list === undefined) return undefined;
  uniqueEntries(to, list, ({ name }) => name, declared, ['spec', 'certificates'], 'name');
  const found = list.flatMap((spec, index) => resolveOne(to, declared, spec, index) ?? []);
  for (const [index, { name, fingerprint }] of found.entries()) {
    const other = found.findIndex((each) => each.fingerprint === fingerprint);
    if (other === index || found[other]?.name === name) continue;
    const message = `"${name}" is the same certificate as "${found[other]?.name}": a router has each once`;
    error(to, 'LM_DUPLICATE_ENTRY', message, declared, ['spec', 'certificates', index, 'certificate']);
  }
  return found;
}

function resolveOne(
  to: Resolving,
  declared: Declaration,
  spec: CertificateSpec,
  index: number,
): RouterCertificate | undefined {
  const path = ['spec', 'certificates', index];
  const read = (field: SecretField, name: string) => readPem(to, declared, spec, index, field, name);
  const [text, key] = [read(spec.certificate, 'certificate'), read(spec.key, 'key')];
  const more = spec.chain === undefined ? undefined : read(spec.chain, 'chain');
  // What could not be had was said already.
  if ([text, key, more].some((each) => each !== undefined && to.secrets.unknown(each))) return undefined;
  const [leaf, ...rest] = certificatesIn(text.reveal());
  if (leaf === undefined) return notPem(to, declared, [...path, 'certificate'], 'certificate', 'CERTIFICATE');
  const chain = more === undefined ? rest : certificatesIn(more.reveal());
  if (chain.length === 0 && more !== undefined) {
    return notPem(to, declared, [...path, 'chain'], 'certificate', 'CERTIFICATE');
  }
  if (!checkKey(to, declared, leaf, key, [...path, 'key'])) return undefined;
  checkPin(to, declared, spec, leaf, [...path, 'certificate']);
  return {
    name: spec.name,
    ...part(leaf),
    key,
    chain: chain.filter((each) => each.fingerprint256 !== leaf.fingerprint256).map(part),
    validTo: Date.parse(leaf.validTo),
    origin: declared.entries?.get(`certificates/${index}`) ?? declared.origin,
  };
}

function readPem(
  to: Resolving,
  declared: Declaration,
  { name }: CertificateSpec,
  index: number,
  field: SecretField,
  part: string,
): Secret {
  // A certificate is shown to everybody: its text in git is no secret in git.
  if (part !== 'key' && typeof field === 'string' && !isSealedText(field)) return new Secret(field);
  return to.secrets.read(field, {
    place: declared,
    kind: 'Router',
    firstName: declared.previousNames[0] ?? declared.name,
    field: `certificates.${name}.${part}`,
    path: ['certificates', index, part],
    symbols: 32,
  });
}

function part(certificate: X509Certificate): { readonly certificate: Secret; readonly fingerprint: string } {
  return { certificate: new Secret(certificate.toString()), fingerprint: fingerprintOf(certificate) };
}

function checkKey(to: Resolving, declared: Declaration, leaf: X509Certificate, key: Secret, path: Steps): boolean {
  const verdict = keyFits(leaf, key.reveal());
  if (verdict === 'unreadable') notPem(to, declared, path, 'private key', 'PRIVATE KEY', ', without a passphrase');
  if (verdict === 'other') error(to, 'LM_CERTIFICATE', 'the key does not belong to the certificate', declared, path);
  return verdict === 'fits';
}

/** What the router shows us from then on must be what we trust: it would be the last time that we get in. */
function checkPin(
  to: Resolving,
  declared: Declaration,
  { name }: CertificateSpec,
  leaf: X509Certificate,
  path: Steps,
): void {
  const { spec } = declared;
  const pin = spec.api?.tls?.fingerprint?.replaceAll(':', '').toLowerCase();
  const pinned = spec.api?.tls?.mode === undefined || spec.api.tls.mode === 'pinned';
  if (!pinned || pin === undefined || pin === fingerprintOf(leaf)) return;
  if (spec.system?.apiAccess?.certificate !== name) return;
  const message = `api-ssl would show "${name}", and api.tls pins another certificate`;
  error(to, 'LM_CERTIFICATE', message, declared, path, 'have it judged by an authority: api.tls.mode: ca');
}

function notPem(to: Resolving, declared: Declaration, path: Steps, what: string, label: string, more = ''): undefined {
  const hint = `text that begins with -----BEGIN ${label}-----${more}`;
  error(to, 'LM_CERTIFICATE', `this is no ${what} in PEM`, declared, path, hint);
}
