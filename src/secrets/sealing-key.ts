import { createCipheriv, createDecipheriv, createHash, scryptSync } from 'node:crypto';

const cipher = 'aes-256-gcm';
const version = 1;
const idOctets = 4;
const nonceOctets = 12;
const tagOctets = 16;
const headOctets = 1 + idOctets + nonceOctets;
const use = 'lastmile/state-seal/2';
/** 16 MiB and about 30 ms for each try. */
const hardness = { N: 16_384, r: 8, p: 1 } as const;

/**
 * A key under which text lies on a disk: AES-256-GCM, a nonce drawn for each text (NIST SP 800-38D §8.2.2). What is sealed
 * says which key it takes, and opens only for what it was sealed about.
 */
export class SealingKey {
  /** Tells keys apart and says nothing about them. */
  readonly id: string;
  readonly #id: Buffer;
  readonly #octets: Buffer;
  readonly #fillRandom: (octets: Uint8Array) => void;

  private constructor(octets: Buffer, fillRandom: (octets: Uint8Array) => void) {
    this.#octets = octets;
    this.#fillRandom = fillRandom;
    this.#id = createHash('sha256').update(use).update(octets).digest().subarray(0, idOctets);
    this.id = this.#id.toString('hex');
  }

  /** A new one. */
  static draw(fillRandom: (octets: Uint8Array) => void): SealingKey {
    const octets = Buffer.alloc(32);
    fillRandom(octets);
    return new SealingKey(octets, fillRandom);
  }

  /**
   * What follows from these texts alone, by scrypt (RFC 7914): some of them may be passwords that people made up, and whoever has
   * a copy of what is sealed must not try a million of them in a second. Takes some ten milliseconds.
   */
  static from(texts: readonly string[], salt: Uint8Array, fillRandom: (octets: Uint8Array) => void): SealingKey {
    const material = createHash('sha256');
    for (const text of texts) material.update(`${Buffer.byteLength(text)}:`).update(text);
    const salted = Buffer.concat([Buffer.from(use), salt]);
    return new SealingKey(scryptSync(material.digest(), salted, 32, hardness), fillRandom);
  }

  /** @param about what it belongs to; not hidden */
  seal(text: string, about: string): string {
    const nonce = Buffer.allocUnsafe(nonceOctets);
    this.#fillRandom(nonce);
    const sealing = createCipheriv(cipher, this.#octets, nonce).setAAD(Buffer.from(about));
    const hidden = [sealing.update(text, 'utf8'), sealing.final()];
    return Buffer.concat([Buffer.of(version), this.#id, nonce, ...hidden, sealing.getAuthTag()]).toString('base64');
  }

  /** `undefined` for whatever this key did not seal about just that. */
  open(sealed: string, about: string): string | undefined {
    if (!this.sealed(sealed)) return undefined;
    const octets = Buffer.from(sealed, 'base64');
    if (octets.length < headOctets + tagOctets) return undefined;
    const nonce = octets.subarray(1 + idOctets, headOctets);
    const opening = createDecipheriv(cipher, this.#octets, nonce, { authTagLength: tagOctets });
    opening.setAAD(Buffer.from(about)).setAuthTag(octets.subarray(-tagOctets));
    try {
      return opening.update(octets.subarray(headOctets, -tagOctets), undefined, 'utf8') + opening.final('utf8');
    } catch {
      // What it says then: "Unsupported state or unable to authenticate data".
      return undefined;
    }
  }

  /** Was this sealed with this key, by what it says itself? */
  sealed(sealed: string): boolean {
    // Four characters hold three octets: eight are the version and the id, and one more.
    const head = Buffer.from(sealed.slice(0, 8), 'base64');
    return head[0] === version && head.subarray(1, 1 + idOctets).equals(this.#id);
  }

  /** This key, sealed with another. */
  sealedWith(other: SealingKey): string {
    return other.seal(this.#octets.toString('base64'), use);
  }

  /** The key that was sealed with another. */
  static opened(sealed: string, other: SealingKey): SealingKey | undefined {
    const octets = Buffer.from(other.open(sealed, use) ?? '', 'base64');
    return octets.length === 32 ? new SealingKey(octets, other.#fillRandom) : undefined;
  }
}
