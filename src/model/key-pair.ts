import { isSealedText } from '../base/sealed-text.ts';
import { Secret } from '../base/secret.ts';
import { certificateIn, keyFits } from './certificates.ts';
import type { Declared, OperatorSpec } from './declarations.ts';
import { error, type Resolving } from './resolve/resolving.ts';
import type { SecretField, SecretUse } from './secret-values.ts';

/** By which a server of ours is known. Both are PEM. */
export interface KeyPair {
  readonly certificate: Secret;
  readonly key: Secret;
}

/** A certificate of the Operator with its private key; whatever does not fit is reported. @param path below `spec` */
export function readKeyPair(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  spec: { readonly certificate: SecretField; readonly key: SecretField },
  path: readonly string[],
): KeyPair {
  const certificate = readPublic(to, declared, spec.certificate, [...path, 'certificate']);
  const key = to.secrets.read(spec.key, useOf(declared, [...path, 'key']));
  if (!to.secrets.unknown(certificate) && !to.secrets.unknown(key)) checkPair(to, declared, { certificate, key }, path);
  return { certificate, key };
}

/** PEM that is shown to everybody, as a certificate is: its text in git is no secret in git. @param path below `spec` */
export function readPublic(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  field: SecretField,
  path: readonly string[],
): Secret {
  return typeof field === 'string' && !isSealedText(field)
    ? new Secret(field)
    : to.secrets.read(field, useOf(declared, path));
}

function useOf(declared: Declared<OperatorSpec>, path: readonly string[]): SecretUse {
  return {
    place: declared,
    kind: 'Operator',
    firstName: declared.previousNames[0] ?? declared.name,
    field: path.join('.'),
    path,
    symbols: 32,
  };
}

function checkPair(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { certificate, key }: KeyPair,
  path: readonly string[],
): void {
  const parsed = certificateIn(certificate.reveal());
  const at = (name: string): readonly string[] => ['spec', ...path, name];
  if (parsed === undefined) {
    const hint = 'text that begins with -----BEGIN CERTIFICATE-----';
    error(to, 'LM_CERTIFICATE', 'this is no certificate in PEM', declared, at('certificate'), hint);
    return;
  }
  const verdict = keyFits(parsed, key.reveal());
  if (verdict === 'unreadable') {
    const hint = 'text that begins with -----BEGIN PRIVATE KEY-----, without a passphrase';
    error(to, 'LM_CERTIFICATE', 'this is no private key in PEM', declared, at('key'), hint);
  }
  if (verdict === 'other')
    error(to, 'LM_CERTIFICATE', 'the key does not belong to the certificate', declared, at('key'));
}
