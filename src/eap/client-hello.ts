/** What a peer says first, as far as it decides which of our servers it talks to. */
export interface ClientHello {
  readonly offersTls13: boolean;
  /** The first session that it would like to resume by TLS 1.3: a ticket of ours. */
  readonly ticket?: Buffer;
}

const recordHandshake = 22;
const clientHello = 1;
const extension = { preSharedKey: 41, supportedVersions: 43 } as const;
const tls13 = 0x0304;

/**
 * Reads a ClientHello (RFC 8446 §4.1.2) that is in one record.
 *
 * @returns nothing when the octets are something else
 */
export function readClientHello(octets: Buffer): ClientHello | undefined {
  if (octets[0] !== recordHandshake || octets[5] !== clientHello) return undefined;
  try {
    const extensions = new Map(extensionsOf(octets));
    const ticket = firstIdentity(extensions.get(extension.preSharedKey));
    const versions = extensions.get(extension.supportedVersions);
    return { offersTls13: offers(versions, tls13), ...(ticket === undefined ? {} : { ticket }) };
  } catch (error) {
    // Read past the end.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function extensionsOf(octets: Buffer): readonly (readonly [number, Buffer])[] {
  // Record header, handshake header, version, random; then session id, cipher suites, compression methods.
  let at = 5 + 4 + 2 + 32;
  for (const lengthOctets of [1, 2, 1]) at += lengthOctets + octets.readUIntBE(at, lengthOctets);
  const found: (readonly [number, Buffer])[] = [];
  const end = at + 2 + octets.readUInt16BE(at);
  for (at += 2; at < end; ) {
    const length = octets.readUInt16BE(at + 2);
    found.push([octets.readUInt16BE(at), octets.subarray(at + 4, at + 4 + length)]);
    at += 4 + length;
  }
  return found;
}

/** Octets in all, then two for each version. */
function offers(versions: Buffer | undefined, wanted: number): boolean {
  for (let at = 1; versions !== undefined && at + 1 < versions.length; at += 2) {
    if (versions.readUInt16BE(at) === wanted) return true;
  }
  return false;
}

/** Octets in all, then for each identity its length, itself and its age. */
function firstIdentity(keys: Buffer | undefined): Buffer | undefined {
  if (keys === undefined) return undefined;
  const length = keys.readUInt16BE(2);
  return 4 + length > keys.length ? undefined : keys.subarray(4, 4 + length);
}
