export interface TreeEntry {
  readonly name: string;
  /** Hexadecimal. */
  readonly id: string;
  readonly type: 'file' | 'folder' | 'link' | 'submodule';
}

/**
 * Reads a tree object: entries of `<mode> <name>\0<id>`, as git stores them.
 *
 * @param idOctets 20, or 32 where the repository hashes by SHA-256
 * @returns `undefined` for what is no tree
 */
export function parseTree(octets: Buffer, idOctets: number): readonly TreeEntry[] | undefined {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < octets.length; ) {
    const [space, end] = [octets.indexOf(32, at), octets.indexOf(0, at)];
    const next = end + 1 + idOctets;
    if (space < 0 || end < space || next > octets.length) return undefined;
    const type = typeOf(octets.toString('latin1', at, space));
    if (type === undefined) return undefined;
    const [name, id] = [octets.toString('utf8', space + 1, end), octets.toString('hex', end + 1, next)];
    entries.push({ name, id, type });
    at = next;
  }
  return entries;
}

function typeOf(mode: string): TreeEntry['type'] | undefined {
  if (/^0?40000$/.test(mode)) return 'folder';
  if (/^100\d{3}$/.test(mode)) return 'file';
  if (mode === '120000') return 'link';
  return mode === '160000' ? 'submodule' : undefined;
}
