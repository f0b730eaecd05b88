import { newestIn, parseRange, type Range } from './version-range.ts';

/** Which commit of a remote is followed. */
export type RefChoice =
  | { readonly type: 'head' }
  | { readonly type: 'ref'; readonly ref: string; readonly name: string }
  /** A branch, or where there is none of that name, a tag. */
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'versions'; readonly range: Range; readonly text: string }
  | { readonly type: 'commit'; readonly id: string };

/**
 * Reads `--ref`: nothing for the remote's own HEAD; the name of a branch or a tag, `branch:NAME`, `tag:NAME` or `refs/…` in
 * whole; `semver:RANGE` for the newest tag of it; a commit by its whole id.
 *
 * @throws RangeError in words for whoever has typed it
 */
export function parseRef(text: string | undefined): RefChoice {
  if (text === undefined || text === '' || text === 'HEAD') return { type: 'head' };
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return { type: 'commit', id: text };
  const [, kind, rest = ''] = /^(branch|tag|semver):(.*)$/.exec(text) ?? [];
  if (kind === 'semver') {
    const range = parseRange(rest);
    if (range === undefined) throw new RangeError(`${rest} is no range of versions, as ^1.2 or >=1.0 <2.0 would be`);
    return { type: 'versions', range, text: rest };
  }
  const name = kind === undefined ? text : rest;
  if (!isRefName(name)) throw new RangeError(`${name} is no name of a branch or a tag`);
  if (kind !== undefined) return { type: 'ref', ref: `refs/${kind === 'tag' ? 'tags' : 'heads'}/${name}`, name };
  if (!name.startsWith('refs/')) return { type: 'name', name };
  return { type: 'ref', ref: name, name: name.replace(/^refs\/(heads|tags)\//, '') };
}

/** The tag that is followed among those there are, by their names. */
export function chosenTag(range: Range, tags: readonly string[]): string | undefined {
  return newestIn(range, tags);
}

/** The rules of git-check-ref-format(1), and none that begins like a flag. */
export function isRefName(name: string): boolean {
  if (name === '' || name.length > 250 || name.startsWith('-') || name.startsWith('/')) return false;
  if (/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/.test(name) || name === '@') return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}
