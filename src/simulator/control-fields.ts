/** A request that cannot be carried out as it was written. */
export class BadRequest extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws BadRequest, as the others do */
export function text(input: Fields, name: string): string {
  const value = input[name];
  if (typeof value !== 'string') throw new BadRequest(`${name}: a text is needed`);
  return value;
}

export function optionalText(input: Fields, name: string): string | undefined {
  return input[name] === undefined ? undefined : text(input, name);
}

export function optionalCount(input: Fields, name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  const fits = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;
  if (!fits) throw new BadRequest(`${name}: a count${most === Number.MAX_SAFE_INTEGER ? '' : ` of at most ${most}`}`);
  return value;
}

/** An object of texts. */
export function texts(input: Fields, name: string): Readonly<Record<string, string>> {
  const given = input[name];
  if (!isFields(given) || Object.values(given).some((value) => typeof value !== 'string')) {
    throw new BadRequest(`${name}: an object of texts`);
  }
  return given as Record<string, string>;
}

/** Octets as a whole number, or as text where a number would not be exact. */
export function octets(input: Fields, name: string): bigint {
  const value = input[name] ?? 0;
  const digits = typeof value === 'number' ? String(value) : value;
  if (typeof digits !== 'string' || !/^\d{1,20}$/.test(digits)) throw new BadRequest(`${name}: a count of octets`);
  return BigInt(digits);
}

export function limited(value: string, octetLimit: number): string {
  if (Buffer.byteLength(value) > octetLimit) throw new BadRequest(`longer than ${octetLimit} octets`);
  return value;
}
