import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { type SelfSigned, selfSigned } from '../self-signed.ts';
import type { Database } from './database.ts';
import type { Answer, OwnCommand } from './executor.ts';
import { parseId, type Table, type TableRow } from './table.ts';
import { formatRouterDate, formatRouterTime } from './time.ts';
import { failure, missingArgument, noSuchItem } from './trap.ts';
import { listOf } from './value-types.ts';
import { isAtLeast } from './version.ts';

/** What a TLS server needs, in PEM. */
export type Credentials = Pick<SelfSigned, 'certificate' | 'key'>;

/** A certificate, and its key where the router has that. */
type Held = Pick<Credentials, 'certificate'> & Partial<Credentials>;

/** `/certificate`: those that signed themselves, and those that were imported. */
export class Certificates {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #held = new Map<number, Held>();

  constructor({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
    this.#table.watch((event) => {
      if (event.type === 'removed') this.#held.delete(event.id);
    });
    database.computeWith('/certificate', 'expires-after', (row) => this.#timeLeft(row));
  }

  /** `/certificate/sign`: the template gets a key and vouches for itself. */
  readonly sign: OwnCommand = (fields) => {
    const wanted = fields.get('number') ?? fields.get('numbers') ?? fields.get('.id');
    if (wanted === undefined) throw missingArgument('number');
    const row = this.#table.get(parseId(wanted) ?? -1) ?? this.#table.named(wanted);
    if (row === undefined) throw noSuchItem();
    const rename = fields.get('name');
    if (rename !== undefined) this.#table.set(row, new Map([['name', rename]]));
    this.#sign(row);
  };

  /**
   * `/certificate/import`: what is in a file of PEM, by the name of the file and a number; a key belongs to the certificate
   * it fits, wherever that came from. One that is there already is not made again. The file stays.
   */
  readonly import: OwnCommand = (fields): Answer => {
    const file = fields.get('file-name');
    if (file === undefined) throw missingArgument('file-name');
    const contents = this.#database.table('/file').named(file)?.values.get('contents');
    if (contents === undefined) throw failure(`could not load ${file}`);
    const certificates = blocksIn(contents, 'CERTIFICATE');
    const keys = blocksIn(contents, '(?:EC |RSA )?PRIVATE KEY').map((pem) => createPrivateKey(pem));
    const made = certificates.filter((pem, at) => this.#import(pem, fields.get('name') ?? `${file}_${at}`));
    const taken = keys.filter((key) => this.#takeKey(key));
    const told = {
      ...{ 'certificates-imported': made.length, 'private-keys-imported': taken.length, 'files-imported': 1 },
      ...{ 'decryption-failures': 0, 'keys-with-no-certificate': keys.length - taken.length },
    };
    return { kind: 'rows', rows: [Object.entries(told).map(([name, count]) => `=${name}=${count}`)] };
  };

  /** A certificate with its key, as if it had been imported. */
  add({ name, commonName }: { readonly name: string; readonly commonName: string }): void {
    this.#sign(this.#database.addByRouter('/certificate', { name, 'common-name': commonName }));
  }

  /** @param stored a reference as a row holds it; `undefined` when there is no such certificate, or no key to it */
  credentials(stored: string | undefined): Credentials | undefined {
    const row = this.#database.referenced('/certificate', stored);
    const { certificate, key } = (row && this.#held.get(row.id)) ?? {};
    return certificate === undefined || key === undefined ? undefined : { certificate, key };
  }

  /** PEM of all that the router holds: it trusts what was put on it. */
  authorities(): readonly string[] {
    return [...this.#held.values()].map(({ certificate }) => certificate);
  }

  get #table(): Table {
    return this.#database.table('/certificate');
  }

  #import(pem: string, name: string): boolean {
    const certificate = new X509Certificate(pem);
    const fingerprint = fingerprintOf(certificate);
    if ([...this.#table.rows()].some(({ values }) => values.get('fingerprint') === fingerprint)) return false;
    const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
    const row = this.#database.addByRouter('/certificate', { name, 'common-name': commonName });
    const names = certificate.subjectAltName?.split(', ').map((each) => each.replace(/^IP Address:/, 'IP:'));
    if (names !== undefined) this.#table.set(row, new Map([['subject-alt-name', names.join(',')]]));
    this.#hold(row, { certificate: pem });
    return true;
  }

  #takeKey(key: KeyObject): boolean {
    const fits = ([, { certificate }]: readonly [number, Held]) =>
      new X509Certificate(certificate).checkPrivateKey(key);
    const [id, held] = [...this.#held].find(fits) ?? [];
    const row = id === undefined ? undefined : this.#table.get(id);
    if (row === undefined || held === undefined) return false;
    this.#hold(row, { ...held, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() });
    return true;
  }

  #sign(row: TableRow): void {
    const { values } = row;
    const commonName = values.get('common-name') ?? values.get('name') ?? '';
    const altNames = listOf(values.get('subject-alt-name') ?? '').map((item) => item.replace(/^(?:DNS|IP):/, ''));
    const signed = selfSigned({ commonName, altNames: altNames.length > 0 ? altNames : [commonName] });
    this.#table.set(row, new Map([['key-size', 'prime256v1']]));
    this.#hold(row, signed);
  }

  /** Known by its name in the menu, and by what it says. */
  #hold(row: TableRow, held: Held): void {
    const certificate = new X509Certificate(held.certificate);
    const { serialNumber, validFrom, validTo, issuer, ca } = certificate;
    const date = (text: string) => formatRouterDate(Date.parse(text), isAtLeast(this.#database.version, '7.10'));
    this.#held.set(row.id, held);
    const told = {
      'key-type': certificate.publicKey.asymmetricKeyType === 'ec' ? 'ec' : 'rsa',
      'private-key': String(held.key !== undefined),
      fingerprint: fingerprintOf(certificate),
      'serial-number': serialNumber,
      issuer: issuer.split('\n').join(','),
      authority: String(ca),
      'invalid-before': date(validFrom),
      'invalid-after': date(validTo),
    };
    this.#table.set(row, new Map(Object.entries(told)));
  }

  #timeLeft({ id }: TableRow): string | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    const left = Date.parse(new X509Certificate(held.certificate).validTo) - this.#clock.now();
    return formatRouterTime(Math.floor(left / 1000) * 1000);
  }
}

function blocksIn(text: string, label: string): readonly string[] {
  return text.match(new RegExp(`-----BEGIN ${label}-----[\\s\\S]*?-----END ${label}-----`, 'g')) ?? [];
}

function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}
