import { createSign, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';

/** Somebody who signs certificates, for tests: X.509 v3, EC P-256, made when it is asked for. */
export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  issue(options: IssueOptions): IssuedCertificate;
  /** An authority below this one. */
  below(commonName: string): TestAuthority;
  /** PEM: a list of what this authority takes back. */
  revoke(...certificates: readonly string[]): string;
}

export interface IssueOptions {
  readonly commonName: string;
  readonly email?: string;
  readonly dns?: string;
  /** IPv4. */
  readonly ip?: string;
  /** UTCTime. Default: 2049. */
  readonly until?: string;
}

export interface IssuedCertificate {
  readonly certificate: string;
  /** PKCS #8. */
  readonly key: string;
}

const forever = '491231235959Z';

export function testAuthority(commonName: string): TestAuthority {
  return authority(commonName, undefined);
}

interface Signer {
  readonly name: string;
  readonly key: KeyObject;
}

function authority(name: string, parent: Signer | undefined): TestAuthority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = { name, key: pair.privateKey };
  const isAuthority = extension('551d13', sequence(Buffer.of(1, 1, 0xff)), true);
  const certificate = signed(parent ?? own, name, pair.publicKey, forever, [isAuthority]);
  return {
    certificate,
    below: (commonName) => authority(commonName, own),
    issue({ commonName, email, dns, ip, until = forever }) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = [
        ...(email === undefined ? [] : [der(0x81, Buffer.from(email))]),
        ...(dns === undefined ? [] : [der(0x82, Buffer.from(dns))]),
        ...(ip === undefined ? [] : [der(0x87, Buffer.from(ip.split('.').map(Number)))]),
      ];
      const extensions = names.length === 0 ? [] : [extension('551d11', sequence(...names))];
      return {
        certificate: signed(own, commonName, publicKey, until, extensions),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
    revoke(...certificates) {
      const entries = certificates.map((each) => {
        const serial = Buffer.from(new X509Certificate(each).serialNumber, 'hex');
        return sequence(der(2, serial), der(0x17, Buffer.from('240101000000Z')));
      });
      const list = sequence(
        der(2, Buffer.of(1)),
        algorithm,
        distinguished(name),
        der(0x17, Buffer.from('240101000000Z')),
        der(0x17, Buffer.from(forever)),
        ...(entries.length === 0 ? [] : [sequence(...entries)]),
      );
      return pem('X509 CRL', sign(list, own.key));
    },
  };
}

function signed(by: Signer, name: string, key: KeyObject, until: string, extensions: readonly Buffer[]): string {
  const body = sequence(
    der(0xa0, der(2, Buffer.of(2))),
    der(2, Buffer.concat([Buffer.of(0x40), randomBytes(8)])),
    algorithm,
    distinguished(by.name),
    sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from(until))),
    distinguished(name),
    key.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  return pem('CERTIFICATE', sign(body, by.key));
}

const algorithm = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));

function sign(body: Buffer, key: KeyObject): Buffer {
  const signature = createSign('sha256').update(body).sign(key);
  return sequence(body, algorithm, der(3, Buffer.concat([Buffer.of(0), signature])));
}

function distinguished(commonName: string): Buffer {
  return sequence(der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(commonName)))));
}

/** @param id of the extension, its octets in hexadecimal */
function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [Buffer.of(1, 1, 0xff)] : [];
  return sequence(der(6, Buffer.from(id, 'hex')), ...flag, der(4, value));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), value]);
  const size = length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, value]);
}

function pem(what: string, octets: Buffer): string {
  const lines = octets.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${what}-----\n${lines.join('\n')}\n-----END ${what}-----\n`;
}
