import { type Md5Workspace, md5, md5Absorb, md5Block, md5Load, md5Write, setInitialState } from '../../base/md5.ts';

/** HMAC-MD5 with the two key blocks already taken in (RFC 2104 §4). */
export interface HmacKey {
  readonly inner: Int32Array;
  readonly outer: Int32Array;
}

export function hmacKey(key: Uint8Array): HmacKey {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? md5(key) : key);
  return { inner: keyState(block, 0x36), outer: keyState(block, 0x5c) };
}

/** HMAC-MD5 of `bytes[start, end)`, 16 octets written to `out` at `at`. */
export function hmacMd5Into(
  work: Md5Workspace,
  key: HmacKey,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): void {
  copyState(key.inner, work.state);
  md5Absorb(work, bytes, start, end, 64);
  loadDigest(work);
  copyState(key.outer, work.state);
  md5Block(work.state, work.words);
  md5Write(work.state, out, at);
}

/** The block of the outer hash: the inner digest and its padding, after 80 octets in all. */
function loadDigest({ state, words }: Md5Workspace): void {
  copyState(state, words);
  words[4] = 0x80;
  for (let index = 5; index < 16; index += 1) words[index] = 0;
  words[14] = 80 * 8;
}

function copyState(from: Int32Array, to: Int32Array): void {
  to[0] = from[0] as number;
  to[1] = from[1] as number;
  to[2] = from[2] as number;
  to[3] = from[3] as number;
}

function keyState(block: Uint8Array, pad: number): Int32Array {
  const words = new Int32Array(16);
  md5Load(
    words,
    block.map((octet) => octet ^ pad),
    0,
    16,
  );
  const state = new Int32Array(4);
  setInitialState(state);
  md5Block(state, words);
  return state;
}
