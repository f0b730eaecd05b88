import type { NamedAttribute } from '../dictionary/encode-named.ts';

/** Attributes that a NAS takes for a running session, and cannot do without: what the subscriber notices. */
const essential: ReadonlySet<string> = new Set([
  'Mikrotik-Rate-Limit',
  'WISPr-Bandwidth-Max-Up',
  'WISPr-Bandwidth-Max-Down',
]);
/** Attributes that it may know nothing of: the session then keeps what it has until its next login. */
const dispensable: ReadonlySet<string> = new Set([
  ...['Idle-Timeout', 'Port-Limit', 'Session-Timeout', 'WISPr-Bandwidth-Min-Up', 'WISPr-Bandwidth-Min-Down'],
  // Beside WISPr's, for those who read only these.
  ...['ChilliSpot-Bandwidth-Max-Up', 'ChilliSpot-Bandwidth-Max-Down'],
]);

/** Does a NAS take this for a running session? (MikroTik manual, RADIUS, Change-of-Authorization; RFC 5176 §3.) */
export function isChangeable(name: string): boolean {
  return essential.has(name) || isDispensable(name);
}

/** May a running session do without it, where its NAS knows nothing of it? */
export function isDispensable(name: string): boolean {
  return dispensable.has(name);
}

/** Octets of a mark. */
export const markLength = 8;

/**
 * What somebody was granted, in eight octets: four of what only a new login gets, four of what can be changed. Travels in our
 * Class, so that the first accounting record of a session tells whether it was granted what is declared by then. Says nothing
 * to others: FNV-1a, 32 bits each. A password has no part in it.
 */
export function grantedMark(attributes: readonly NamedAttribute[]): Uint8Array {
  const mark = Buffer.alloc(markLength);
  mark.writeUInt32BE(hashFrom(hashBasis, textOf(attributes.filter(isFirm))), 0);
  mark.writeUInt32BE(
    hashFrom(hashBasis, textOf(attributes.filter(({ name }) => isChangeable(name) && isTold(name)))),
    4,
  );
  return mark;
}

/**
 * The mark of attributes of which one has a value that is put in later: it is made in two parts then, up to the value and
 * from there on.
 *
 * @param name of one that only a new login gets
 * @returns writes the first four octets of a mark to `out`; the others are those of `grantedMark`
 */
export function firmMark(
  attributes: readonly NamedAttribute[],
  name: string,
): (value: string, out: Uint8Array) => void {
  const firm = attributes.filter(isFirm);
  const at = firm.findIndex((each) => each.name === name);
  const before = hashFrom(hashBasis, `${textOf(firm.slice(0, at))}${name}=`);
  const after = `\n${textOf(firm.slice(at + 1))}`;
  return (value, out) => {
    const hash = hashFrom(hashFrom(before, value), after);
    for (let index = 0; index < 4; index += 1) out[index] = hash >>> (24 - 8 * index);
  };
}

/** In place of a mark, where somebody else than the declaration said what is granted: it differs from nothing. */
export const noMark: Uint8Array = new Uint8Array(markLength);

/** How what was granted differs from what would be: `firm` where only a new login mends it. */
export function differenceOf(granted: Uint8Array, now: Uint8Array): 'firm' | 'loose' | undefined {
  if (granted.every((octet) => octet === 0)) return undefined;
  const same = (from: number) => [0, 1, 2, 3].every((at) => granted[from + at] === now[from + at]);
  if (!same(0)) return 'firm';
  return same(4) ? undefined : 'loose';
}

function isTold(name: string): boolean {
  return name !== 'Acct-Interim-Interval' && name !== 'Session-Timeout';
}

function isFirm({ name }: NamedAttribute): boolean {
  return isTold(name) && !isChangeable(name);
}

function textOf(attributes: readonly NamedAttribute[]): string {
  return attributes.map(({ name, value }) => `${name}=${value}\n`).join('');
}

const hashBasis = 0x811c9dc5;

function hashFrom(hash: number, text: string): number {
  let sum = hash;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}
