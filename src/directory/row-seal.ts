import { Secret } from '../base/secret.ts';
import type { ObservedValue, Row, Value } from '../reconcile/row.ts';
import { keyOf } from '../reconcile/row-key.ts';
import type { StoredRow } from './stored-row.ts';

/** Keeps text from whoever has only the disk. */
export interface RowSeal {
  /** @param about what the text belongs to: it opens for nothing else */
  seal(text: string, about: string): string;
  /** `undefined` for what was not sealed by this one, or is damaged. */
  open(sealed: string, about: string): string | undefined;
  /** Was it sealed by this one, as far as it says itself? */
  sealed(sealed: string): boolean;
}

type Named = Pick<Row, 'menu' | 'identity'>;

/** The secrets of a row, sealed as one. Nothing where it has none. */
export function sealedSecrets(
  row: Named & { readonly fields: Readonly<Record<string, ObservedValue>> },
  seal: RowSeal | undefined,
): Pick<StoredRow, 'sealed'> {
  if (seal === undefined) return {};
  const secrets: Record<string, string> = {};
  let any = false;
  const { fields } = row;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (!(value instanceof Secret)) continue;
    secrets[name] = value.reveal();
    any = true;
  }
  return any ? { sealed: seal.seal(JSON.stringify(secrets), keyOf(row)) } : {};
}

/** The fields of a stored row with its secrets; `undefined` where they cannot be had. */
export function openedFields(
  row: Named,
  { fields, sealed }: StoredRow,
  seal: RowSeal | undefined,
): Row['fields'] | undefined {
  const text = sealed === undefined ? undefined : seal?.open(sealed, keyOf(row));
  const secrets = text === undefined ? {} : (JSON.parse(text) as Readonly<Record<string, string>>);
  const opened: Record<string, Value> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name] as StoredRow['fields'][string];
    const secret = secrets[name];
    if (typeof value === 'string') opened[name] = value;
    else if (secret === undefined) return undefined;
    else opened[name] = new Secret(secret);
  }
  return opened;
}

/** Does a stored row have secrets that this seal does not open? */
export function lacksSeal({ fields, sealed }: StoredRow, seal: RowSeal): boolean {
  if (sealed !== undefined) return !seal.sealed(sealed);
  return Object.keys(fields).some((name) => typeof fields[name] === 'object');
}
