import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { type SelfSigned, selfSigned } from '../self-signed.ts';
import type { Database } from './database.ts';
import type { OwnCommand } from './executor.ts';
import { parseId, type Table, type TableRow } from './table.ts';
import { formatRouterDate, formatRouterTime } from './time.ts';
import { missingArgument, noSuchItem } from './trap.ts';
import { listOf } from './value-types.ts';
import { isAtLeast } from './version.ts';

/** What a TLS server needs, in PEM. */
export type Credentials = Pick<SelfSigned, 'certificate' | 'key'>;

/** `/certificate`: every one that has a key signed itself. */
export class Certificates {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #signed = new Map<number, SelfSigned>();

  constructor({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
    this.#table.watch((event) => {
      if (event.type === 'removed') this.#signed.delete(event.id);
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

  /** A certificate with its key, as if it had been imported. */
  add({ name, commonName }: { readonly name: string; readonly commonName: string }): void {
    this.#sign(this.#database.addByRouter('/certificate', { name, 'common-name': commonName }));
  }

  /** @param stored a reference as a row holds it; `undefined` when there is no such certificate, or no key to it */
  credentials(stored: string | undefined): Credentials | undefined {
    const row = this.#database.referenced('/certificate', stored);
    return row && this.#signed.get(row.id);
  }

  get #table(): Table {
    return this.#database.table('/certificate');
  }

  #sign(row: TableRow): void {
    const { values } = row;
    const commonName = values.get('common-name') ?? values.get('name') ?? '';
    const altNames = listOf(values.get('subject-alt-name') ?? '').map((item) => item.replace(/^(?:DNS|IP):/, ''));
    const signed = selfSigned({ commonName, altNames: altNames.length > 0 ? altNames : [commonName] });
    const { serialNumber, validFrom, validTo } = new X509Certificate(signed.certificate);
    const date = (text: string) => formatRouterDate(Date.parse(text), isAtLeast(this.#database.version, '7.10'));
    this.#signed.set(row.id, signed);
    const told = {
      ...{ 'key-type': 'ec', 'key-size': 'prime256v1', 'private-key': 'true', fingerprint: signed.fingerprint },
      ...{ 'serial-number': serialNumber, issuer: `CN=${commonName}` },
      ...{ 'invalid-before': date(validFrom), 'invalid-after': date(validTo) },
    };
    this.#table.set(row, new Map(Object.entries(told)));
  }

  #timeLeft({ id }: TableRow): string | undefined {
    const signed = this.#signed.get(id);
    if (signed === undefined) return undefined;
    const left = Date.parse(new X509Certificate(signed.certificate).validTo) - this.#clock.now();
    return formatRouterTime(Math.floor(left / 1000) * 1000);
  }
}
