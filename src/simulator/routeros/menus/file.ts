import type { Menu, RowLookup, Values } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { octetsOf } from '../text.ts';
import { failure, type RouterTrap } from '../trap.ts';
import { oneOf, text } from '../value-types.ts';
import { name, shown } from './common.ts';

/** A set of 61,250 octets was seen to pass, one of 61,500 to fail. */
export const maxContentsOctets = 61_440;

/** Seen in 7.22.3: whether older versions know `recursive`, `path` and `recursive-print` is not known. */
export const recursiveSince = '7.22';

/**
 * Files by their whole path. `size` is told when it is read, and `type` then names the kind of a file by its ending.
 * A print without `.proplist` brings the contents of every file along.
 */
export const files: Menu = {
  path: '/file',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'read', 'recursive-print'],
  verbsSince: { add: '7.15', 'recursive-print': recursiveSince },
  unique: [{ properties: ['name'], message: 'file already exists' }],
  check: refuseMisplaced,
  keep: (values) => (values.get('type') === 'disk' ? failure('can not remove disk') : undefined),
  properties: {
    name,
    type: { type: oneOf('file', 'directory'), default: 'file' },
    size: shown,
    'last-modified': { ...shown, since: '7.16' },
    contents: { type: text },
  },
};

function refuseMisplaced(values: Values, rows: RowLookup): RouterTrap | undefined {
  if (octetsOf(values.get('contents') ?? '').length > maxContentsOctets) return failure('contents too long');
  const folder = folderOf(values.get('name') ?? '');
  if (folder === undefined) return undefined;
  const type = rows.named(folder)?.values.get('type');
  // The router's own words for it are not known.
  return type === 'directory' || type === 'disk' ? undefined : failure(`no such directory ${folder}`);
}

/** `flash/hotspot` of `flash/hotspot/login.html`. */
export function folderOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}
