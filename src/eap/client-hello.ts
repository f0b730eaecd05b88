const recordHandshake = 22;
const clientHello = 1;
const preSharedKey = 41;

/**
 * The first session that a peer would like to resume by TLS 1.3 (RFC 8446 §4.2.11), of a ClientHello that is in one record.
 * Node looks only where TLS 1.2 says it.
 *
 * @returns nothing when there is none, or when the octets are something else
 */
export function resumedIdentity(octets: Buffer): Buffer | undefined {
  const at = { value: 0 };
  const skip = (lengthOctets: number): void => {
    at.value += lengthOctets + octets.readUIntBE(at.value, lengthOctets);
  };
  try {
    if (octets[0] !== recordHandshake || octets[5] !== clientHello) return undefined;
    // Record header, handshake header, version, random; then session id, cipher suites, compression methods.
    at.value = 5 + 4 + 2 + 32;
    skip(1);
    skip(2);
    skip(1);
    return identityAmong(octets, at.value + 2, at.value + 2 + octets.readUInt16BE(at.value));
  } catch (error) {
    // Read past the end.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Extensions: type, length, value. That of pre_shared_key begins with the length of all identities, then of the first. */
function identityAmong(octets: Buffer, from: number, end: number): Buffer | undefined {
  for (let at = from; at < end; at += 4 + octets.readUInt16BE(at + 2)) {
    if (octets.readUInt16BE(at) !== preSharedKey) continue;
    const length = octets.readUInt16BE(at + 6);
    return at + 8 + length > octets.length ? undefined : octets.subarray(at + 8, at + 8 + length);
  }
  return undefined;
}
