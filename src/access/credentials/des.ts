/**
 * Single DES of one block (FIPS 46-3), as MS-CHAP asks for three times in a login. OpenSSL 3 has it no more; triple DES with one
 * key three times is the same, but to make a cipher object for each block took most of the time of an MS-CHAP login.
 *
 * @param key 7 octets from `keyAt`: 56 bits without parity
 * @param block 8 octets
 */
export function desBlock(key: Uint8Array, keyAt: number, block: Uint8Array, out: Uint8Array, at: number): void {
  const high = wordAt(block, 0);
  const low = wordAt(block, 4);
  // The initial permutation, as exchanges of bits between both halves; its inverse is the same backwards.
  let [l, r] = [high, low];
  let t = ((l >>> 4) ^ r) & 0x0f0f0f0f;
  r ^= t;
  l ^= t << 4;
  t = ((l >>> 16) ^ r) & 0x0000ffff;
  r ^= t;
  l ^= t << 16;
  t = ((r >>> 2) ^ l) & 0x33333333;
  l ^= t;
  r ^= t << 2;
  t = ((r >>> 8) ^ l) & 0x00ff00ff;
  l ^= t;
  r ^= t << 8;
  t = ((l >>> 1) ^ r) & 0x55555555;
  r ^= t;
  l ^= t << 1;

  let c = halfKey(key, keyAt, choiceC);
  let d = halfKey(key, keyAt, choiceD);
  for (let round = 0; round < 16; round += 1) {
    c = rotated28(c, rotations[round] as number);
    d = rotated28(d, rotations[round] as number);
    t = r;
    r = l ^ mixed(r, subkey(c, 0), subkey(d, 4));
    l = t;
  }

  // The halves change places once more at the end.
  t = l;
  l = r;
  r = t;
  t = ((l >>> 1) ^ r) & 0x55555555;
  r ^= t;
  l ^= t << 1;
  t = ((r >>> 8) ^ l) & 0x00ff00ff;
  l ^= t;
  r ^= t << 8;
  t = ((r >>> 2) ^ l) & 0x33333333;
  l ^= t;
  r ^= t << 2;
  t = ((l >>> 16) ^ r) & 0x0000ffff;
  r ^= t;
  l ^= t << 16;
  t = ((l >>> 4) ^ r) & 0x0f0f0f0f;
  r ^= t;
  l ^= t << 4;
  writeWord(out, at, l);
  writeWord(out, at + 4, r);
}

/** The function f: expansion, subkey (24 bits each for the left and the right four S-boxes), S and P. */
function mixed(r: number, left: number, right: number): number {
  return (
    (substituted[((rotated32(r, 5) ^ (left >>> 18)) & 63) | 0x000] as number) ^
    (substituted[((rotated32(r, 9) ^ (left >>> 12)) & 63) | 0x040] as number) ^
    (substituted[((rotated32(r, 13) ^ (left >>> 6)) & 63) | 0x080] as number) ^
    (substituted[((rotated32(r, 17) ^ left) & 63) | 0x0c0] as number) ^
    (substituted[((rotated32(r, 21) ^ (right >>> 18)) & 63) | 0x100] as number) ^
    (substituted[((rotated32(r, 25) ^ (right >>> 12)) & 63) | 0x140] as number) ^
    (substituted[((rotated32(r, 29) ^ (right >>> 6)) & 63) | 0x180] as number) ^
    (substituted[((rotated32(r, 1) ^ right) & 63) | 0x1c0] as number)
  );
}

/** 24 bits of a round's key, of one half of the key: looked up seven bits at a time. */
function subkey(half: number, table: number): number {
  return (
    (chosen[(table << 7) | (half >>> 21)] as number) |
    (chosen[((table + 1) << 7) | ((half >>> 14) & 127)] as number) |
    (chosen[((table + 2) << 7) | ((half >>> 7) & 127)] as number) |
    (chosen[((table + 3) << 7) | (half & 127)] as number)
  );
}

/** 28 bits of the key, in the order of permuted choice 1. */
function halfKey(key: Uint8Array, at: number, choice: Uint8Array): number {
  let half = 0;
  for (let index = 0; index < 28; index += 1) {
    const bit = choice[index] as number;
    half = (half << 1) | (((key[at + (bit >> 3)] as number) >> (7 - (bit & 7))) & 1);
  }
  return half;
}

function rotated28(half: number, by: number): number {
  return ((half << by) | (half >>> (28 - by))) & 0xfffffff;
}

function rotated32(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function wordAt(octets: Uint8Array, at: number): number {
  return (
    ((octets[at] as number) << 24) |
    ((octets[at + 1] as number) << 16) |
    ((octets[at + 2] as number) << 8) |
    (octets[at + 3] as number)
  );
}

function writeWord(out: Uint8Array, at: number, word: number): void {
  out[at] = word >>> 24;
  out[at + 1] = word >>> 16;
  out[at + 2] = word >>> 8;
  out[at + 3] = word;
}

// ── the tables of FIPS 46-3, which counts bits from 1 ──

/** Permuted choice 1, by half, as bits of a key without parity. */
const choiceC = withoutParity([
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
]);
const choiceD = withoutParity([
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
]);

function withoutParity(bits: readonly number[]): Uint8Array {
  return Uint8Array.from(bits, (bit) => bit - 1 - ((bit - 1) >> 3));
}

const rotations = Uint8Array.of(1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1);

/** Permuted choice 2: 24 bits of C, then 24 of D. */
const choice2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

/** What seven bits of C or D give of a subkey: four tables of 128 for each. */
const chosen = Uint32Array.from({ length: 8 * 128 }, (_, entry) => {
  const [table, bits] = [entry >> 7, entry & 127];
  const order = choice2.slice(table < 4 ? 0 : 24, table < 4 ? 24 : 48);
  return order.reduce((word, bit, index) => {
    const within = bit - 1 - table * 7;
    const set = within >= 0 && within < 7 && ((bits >> (6 - within)) & 1) === 1;
    return set ? word | (1 << (23 - index)) : word;
  }, 0);
});

/** S1 to S8, each four rows of sixteen. */
const boxes = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
];

const permutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];

/** S and P in one: what six bits of each S-box give of the word. */
const substituted = Int32Array.from({ length: 8 * 64 }, (_, entry) => {
  const [box, bits] = [entry >> 6, entry & 63];
  const rows = (boxes[box] as string).split(' ');
  const row = rows[((bits >> 4) & 2) | (bits & 1)] as string;
  const word = Number.parseInt(row[(bits >> 1) & 15] as string, 16) << (28 - 4 * box);
  return permutation.reduce((out, bit, index) => out | (((word >>> (32 - bit)) & 1) << (31 - index)), 0);
});
