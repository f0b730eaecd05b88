import { createSign, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface SelfSigned {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** SHA-256 of the certificate's DER, 64 lower-case hex digits. */
  readonly fingerprint: string;
}

export interface SelfSignedOptions {
  /** Default `localhost`. */
  readonly commonName?: string;
  /** Names and IPv4 addresses it is for. Default: the common name alone. */
  readonly altNames?: readonly string[];
}

/**
 * A certificate that signed itself, as devices make one at their first start: X.509 v3 (RFC 5280 §4.1), EC P-256, ECDSA
 * with SHA-256, good from 2020 to the end of 2049.
 */
export function selfSigned({ commonName = 'localhost', altNames = [commonName] }: SelfSignedOptions = {}): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf(commonName);
  const toBeSigned = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(serial()),
    ecdsaWithSha256,
    subject,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(extension(subjectAltName, altNamesOf(altNames)))),
  );
  const signature = createSign('sha256').update(toBeSigned).sign(privateKey);
  const der = sequence(toBeSigned, ecdsaWithSha256, bitString(signature));
  const certificate = new X509Certificate(der);
  return {
    certificate: certificate.toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** Positive and not zero (RFC 5280 §4.1.2.2). */
function serial(): Buffer {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets;
}

function nameOf(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(commonName)))));
}

/** GeneralNames (RFC 5280 §4.2.1.6): dNSName is [2], iPAddress [7]. */
function altNamesOf(names: readonly string[]): Buffer {
  const octetsOf = (address: string) => Buffer.from(address.split('.').map(Number));
  return sequence(
    ...names.map((name) => (isIPv4(name) ? tagged(0x87, octetsOf(name)) : tagged(0x82, Buffer.from(name, 'ascii')))),
  );
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, tagged(0x04, value));
}

const subjectAltName = objectId('551d11');
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(octets: Uint8Array): Buffer {
  return tagged(0x02, octets);
}

function utcTime(text: string): Buffer {
  return tagged(0x17, Buffer.from(text, 'ascii'));
}

function bitString(octets: Uint8Array): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.of(0), octets]));
}

/** @param hex the encoded identifier */
function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

/** Tag, length, value in DER (X.690 §8.1, §10.1). */
function tagged(tag: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(value.length), value]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets = Buffer.from(length.toString(16).padStart(length < 0x100 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 | octets.length), octets]);
}
