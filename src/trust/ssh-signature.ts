/** What an armoured signature of `ssh-keygen -Y sign` says of itself (OpenSSH, PROTOCOL.sshsig). */
export interface SshSignature {
  /** In base64, as it stands in a public key. */
  readonly key: string;
  readonly namespace: string;
}

const head = '-----BEGIN SSH SIGNATURE-----';
const magic = Buffer.from('SSHSIG');

/** @returns `undefined` for what is no such signature */
export function parseSshSignature(armoured: string): SshSignature | undefined {
  const [, body] =
    /^-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/.exec(armoured) ?? [];
  if (body === undefined) return undefined;
  const octets = Buffer.from(body.replace(/\s/g, ''), 'base64');
  if (!octets.subarray(0, magic.length).equals(magic)) return undefined;
  let at = magic.length + 4;
  const next = (): Buffer | undefined => {
    if (at + 4 > octets.length) return undefined;
    const end = at + 4 + octets.readUInt32BE(at);
    if (end > octets.length) return undefined;
    const text = octets.subarray(at + 4, end);
    at = end;
    return text;
  };
  const [key, namespace] = [next(), next()];
  if (key === undefined || namespace === undefined) return undefined;
  return { key: key.toString('base64'), namespace: namespace.toString('utf8') };
}

export function isSshSignature(armoured: string): boolean {
  return armoured.startsWith(head);
}

/** Type and base64 of `ssh-ed25519 AAAA… comment`. `undefined`: it is no public key that signs. */
export function parseSshKey(text: string): { readonly type: string; readonly key: string } | undefined {
  const [, type, key] =
    /^((?:sk-)?(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521))(?:@openssh\.com)?) ([A-Za-z0-9+/]{40,}={0,2})(?:[ \t].*)?$/.exec(
      text.trim(),
    ) ?? [];
  if (type === undefined || key === undefined) return undefined;
  const octets = Buffer.from(key, 'base64');
  // The key names its own type: another before it would be read as one thing here and as another there.
  return octets.length > 4 && octets.subarray(4, 4 + octets.readUInt32BE(0)).toString('latin1') === type
    ? { type, key }
    : undefined;
}
