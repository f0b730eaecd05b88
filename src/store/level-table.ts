import { finish, type Steps } from '../base/steps.ts';
import { extended, finished, initial } from './crc32c.ts';
import { fromSnappy, varint } from './snappy.ts';

/** Where a block lies in a table, without its trailer. */
export interface BlockPlace {
  readonly offset: number;
  readonly size: number;
}

/** What of a table is not as it was written. Absent: all of it is. */
export type TableDamage =
  /** Some of its blocks; `whole` is the table without them. */
  | { readonly type: 'blocks'; readonly blocks: readonly BlockPlace[]; readonly whole: Buffer | undefined }
  /** What tells where the blocks are; `whole` has all that are. */
  | { readonly type: 'index'; readonly whole: Buffer | undefined };

/**
 * Compares every block of a LevelDB table with its checksum, which LevelDB itself leaves out: a table that is damaged ends the
 * process by an assertion, when it is rewritten with keys that are no longer in order.
 *
 * The format is that of LevelDB's `doc/table_format.md`: blocks, each with an octet for how it is compressed and a masked CRC-32C,
 * an index of them, and 48 octets that say where that is.
 */
export function damageOf(table: Buffer): TableDamage | undefined {
  return finish(lookForDamage(table));
}

/** `damageOf`, with others served in between. */
export function* lookForDamage(table: Buffer): Steps<TableDamage | undefined> {
  const footer = footerOf(table);
  const index = footer === undefined ? undefined : entriesOf(table, footer.index);
  if (footer === undefined || index === undefined) return { type: 'index', whole: foundAnew(table, footer) };
  const wrong: Entry[] = [];
  for (const [at, each] of index.entries()) {
    if (contentOf(table, each.place) === undefined) wrong.push(each);
    if (at % blocksPerStep === blocksPerStep - 1) yield;
  }
  const meta = entriesOf(table, footer.meta);
  const filters = meta?.map(({ place }) => place) ?? [footer.meta];
  const wrongFilters = filters.filter((place) => contentOf(table, place) === undefined);
  if (wrong.length === 0 && wrongFilters.length === 0 && table.length === footerEnd(footer)) return undefined;
  const good = index.filter((each) => !wrong.includes(each));
  const blocks = [...wrong.map(({ place }) => place), ...wrongFilters];
  return { type: 'blocks', blocks, whole: tableOf(table, good) };
}

interface Footer {
  readonly meta: BlockPlace;
  readonly index: BlockPlace;
}

interface Entry {
  /** At or behind the last key of the block. */
  readonly key: Buffer;
  readonly place: BlockPlace;
}

/** Of some 4 KiB: about a millisecond. */
const blocksPerStep = 64;
const footerOctets = 48;
const trailerOctets = 5;
const magic = Buffer.from('57fb808b247547db', 'hex');
const maskDelta = 0xa282ead8;

function footerOf(table: Buffer): Footer | undefined {
  const footer = table.subarray(table.length - footerOctets);
  if (footer.length < footerOctets || !footer.subarray(-magic.length).equals(magic)) return undefined;
  const meta = placeAt(footer, 0);
  const index = meta === undefined ? undefined : placeAt(footer, meta.next);
  return meta === undefined || index === undefined ? undefined : { meta: meta.place, index: index.place };
}

function footerEnd({ index }: Footer): number {
  return index.offset + index.size + trailerOctets + footerOctets;
}

function placeAt(octets: Uint8Array, at: number) {
  const offset = varint(octets, at);
  const size = offset === undefined ? undefined : varint(octets, offset.next);
  if (offset === undefined || size === undefined) return undefined;
  return { place: { offset: offset.value, size: size.value }, next: size.next };
}

/** What is in a block; `undefined` when it is not what was written. */
function contentOf(table: Buffer, { offset, size }: BlockPlace): Buffer | undefined {
  const end = offset + size;
  if (end + trailerOctets > table.length) return undefined;
  const crc = extended(initial, table, offset, end + 1);
  if (masked(finished(crc)) !== table.readUInt32LE(end + 1)) return undefined;
  const octets = table.subarray(offset, end);
  return table[end] === 0 ? octets : fromSnappy(octets);
}

function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0;
}

/** The entries of an index; `undefined` when it is damaged. */
function entriesOf(table: Buffer, at: BlockPlace): readonly Entry[] | undefined {
  const rows = rowsOf(contentOf(table, at));
  const entries: Entry[] = [];
  for (const { key, value } of rows ?? []) {
    const place = placeAt(value, 0)?.place;
    if (place === undefined) return undefined;
    entries.push({ key, place });
  }
  return rows === undefined ? undefined : entries;
}

/** Rows of a block: keys share their beginning with the one before. */
function rowsOf(block: Buffer | undefined): readonly { readonly key: Buffer; readonly value: Buffer }[] | undefined {
  if (block === undefined || block.length < 4) return undefined;
  const end = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  const rows: { readonly key: Buffer; readonly value: Buffer }[] = [];
  let key: Buffer = Buffer.alloc(0);
  for (let at = 0; at < end; ) {
    const shared = varint(block, at);
    const own = shared === undefined ? undefined : varint(block, shared.next);
    const value = own === undefined ? undefined : varint(block, own.next);
    if (shared === undefined || own === undefined || value === undefined || shared.value > key.length) return undefined;
    const valueAt = value.next + own.value;
    if (valueAt + value.value > end) return undefined;
    key = Buffer.concat([key.subarray(0, shared.value), block.subarray(value.next, valueAt)]);
    rows.push({ key, value: block.subarray(valueAt, valueAt + value.value) });
    at = valueAt + value.value;
  }
  return rows;
}

/** The table with an index made of the blocks themselves, as far as they follow one another undamaged. */
function foundAnew(table: Buffer, footer: Footer | undefined): Buffer | undefined {
  const blocks = sequence(table);
  // Where nothing says which are of rows, the last of those are the filter, the index of that, and the index.
  const filter = footer === undefined ? undefined : entriesOf(table, footer.meta)?.[0]?.place.offset;
  const data = filter === undefined ? blocks.slice(0, -3) : blocks.filter(({ offset }) => offset < filter);
  const entries = data.flatMap((place) => {
    const key = rowsOf(contentOf(table, place))?.at(-1)?.key;
    return key === undefined ? [] : [{ key, place }];
  });
  return tableOf(table, entries);
}

/** Blocks as they lie one behind the other: where one ends is known by its checksum alone. */
function sequence(table: Buffer): readonly BlockPlace[] {
  const blocks: BlockPlace[] = [];
  for (let offset = 0; ; ) {
    const size = sizeAt(table, offset);
    if (size === undefined) return blocks;
    blocks.push({ offset, size });
    offset += size + trailerOctets;
  }
}

function sizeAt(table: Buffer, offset: number): number | undefined {
  let crc = initial;
  for (let end = offset; end + trailerOctets <= table.length; end += 1) {
    const type = table[end] as number;
    crc = extended(crc, table, end, end + 1);
    if (type <= 1 && masked(finished(crc)) === table.readUInt32LE(end + 1)) return end - offset;
  }
  return undefined;
}

/** The same octets with another index, and no filter, behind them; `undefined` when there is nothing left. */
function tableOf(table: Buffer, entries: readonly Entry[]): Buffer | undefined {
  const [last] = entries.slice(-1);
  if (last === undefined) return undefined;
  const data = table.subarray(0, last.place.offset + last.place.size + trailerOctets);
  const meta = withTrailer(blockOf([]));
  const index = withTrailer(blockOf(entries.map(({ key, place }) => ({ key, value: handleOf(place) }))));
  const metaPlace = { offset: data.length, size: meta.length - trailerOctets };
  const indexPlace = { offset: data.length + meta.length, size: index.length - trailerOctets };
  const footer = Buffer.alloc(footerOctets);
  Buffer.concat([handleOf(metaPlace), handleOf(indexPlace)]).copy(footer);
  magic.copy(footer, footerOctets - magic.length);
  return Buffer.concat([data, meta, index, footer]);
}

function blockOf(rows: readonly { readonly key: Buffer; readonly value: Buffer }[]): Buffer {
  const parts = rows.map(({ key, value }) =>
    Buffer.concat([toVarint(0), toVarint(key.length), toVarint(value.length), key, value]),
  );
  let at = 0;
  const restarts = parts.map((part) => {
    at += part.length;
    return at - part.length;
  });
  // LevelDB has one restart even of nothing.
  const tail = restarts.length === 0 ? [0] : restarts;
  return Buffer.concat([...parts, ...tail.map(toFixed), toFixed(tail.length)]);
}

function withTrailer(block: Buffer): Buffer {
  const typed = Buffer.concat([block, Buffer.from([0])]);
  return Buffer.concat([typed, toFixed(masked(finished(extended(initial, typed, 0, typed.length))))]);
}

function handleOf({ offset, size }: BlockPlace): Buffer {
  return Buffer.concat([toVarint(offset), toVarint(size)]);
}

function toFixed(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value);
  return octets;
}

function toVarint(value: number): Buffer {
  const octets: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) octets.push((rest & 0x7f) | 0x80);
  return Buffer.from([...octets, rest]);
}
