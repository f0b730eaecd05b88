import { type Md5Workspace, md5, md5Block, md5Finish } from './md5.ts';

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
  load(work.state, key.inner);
  md5Finish(work, bytes, start, end, 64, out, at);
  load(work.state, key.outer);
  md5Finish(work, out, at, at + 16, 64, out, at);
}

function load(state: Int32Array, from: Int32Array): void {
  state[0] = from[0] as number;
  state[1] = from[1] as number;
  state[2] = from[2] as number;
  state[3] = from[3] as number;
}

function keyState(block: Uint8Array, pad: number): Int32Array {
  const state = new Int32Array([0x67452301, -0x10325477, -0x67452302, 0x10325476]);
  md5Block(
    state,
    block.map((octet) => octet ^ pad),
    0,
  );
  return state;
}
