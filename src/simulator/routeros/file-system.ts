import type { Clock } from '../../base/clock.ts';
import type { Database } from './database.ts';
import type { Answer, OwnCommand, PrintView } from './executor.ts';
import type { Values } from './menu.ts';
import { folderOf, recursiveSince } from './menus/file.ts';
import { stockHotspotPages } from './stock-pages.ts';
import type { TableRow } from './table.ts';
import { octetsOf, textOf } from './text.ts';
import { formatRouterDate } from './time.ts';
import { invalidValue, missingArgument, noSuchItem, outOfRange } from './trap.ts';
import { isAtLeast } from './version.ts';

export interface FileSystemOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Whether only what lies below `flash/` outlives a restart. */
  readonly flash: boolean;
  /** Whether a print shows what is in folders only when told to. */
  readonly printsOneFolder: boolean;
}

const maxChunkOctets = 32_768;

/** `/file` of one router: the folder of hotspot pages it came with, and what was put there since. */
export class FileSystem {
  readonly #options: FileSystemOptions;
  /** Rows as last seen, by id: their table tells only that they changed. */
  readonly #seen = new Map<number, Values>();

  constructor(options: FileSystemOptions) {
    const { database, flash } = options;
    this.#options = options;
    database.computeWith('/file', 'size', (row) => sizeOf(row));
    database.computeWith('/file', 'type', (row) => kindOf(row));
    this.#furnish(flash ? 'flash/' : '');
    const table = database.table('/file');
    table.watch((event) => {
      if (event.type === 'changed') this.#stamp(event.row);
      else this.#removeBelow(event.id);
    });
  }

  /** `/file/read`: a piece of a file. */
  readonly read: OwnCommand = (fields): Answer => {
    const name = fields.get('file');
    if (name === undefined) throw missingArgument('file');
    const row = this.#options.database.table('/file').named(name);
    const contents = row?.values.get('contents');
    if (contents === undefined) throw noSuchItem();
    const offset = wholeNumber('offset', fields.get('offset') ?? '0', Number.MAX_SAFE_INTEGER);
    const size = wholeNumber('chunk-size', fields.get('chunk-size') ?? String(maxChunkOctets), maxChunkOctets);
    return { kind: 'rows', rows: [[`=data=${textOf(octetsOf(contents).subarray(offset, offset + size))}`]] };
  };

  /** What `/file/print` shows: all that lies in `path`, and below it with `recursive`. */
  get view(): PrintView {
    const { database, printsOneFolder } = this.#options;
    return {
      arguments: isAtLeast(database.version, recursiveSince) ? ['recursive', 'path'] : [],
      shows: ({ values }, fields) => {
        const [name, path] = [values.get('name') ?? '', (fields.get('path') ?? '').replace(/^\/+|\/+$/g, '')];
        if (path !== '' && !name.startsWith(`${path}/`)) return false;
        const isWhole = fields.has('recursive') && fields.get('recursive') !== 'no';
        return isWhole || !printsOneFolder || (folderOf(name) ?? '') === path;
      },
    };
  }

  /** What a file holds; `undefined` when there is none of that path. */
  contents(path: string): string | undefined {
    return this.#options.database.table('/file').named(path)?.values.get('contents');
  }

  /** Puts the stock pages into a folder anew, as `/ip/hotspot reset-html` does. */
  writeStockPages(folder: string): void {
    const table = this.#options.database.table('/file');
    if (table.named(folder) === undefined) this.#put(folder, undefined);
    for (const { name, contents } of stockHotspotPages) {
      const row = table.named(`${folder}/${name}`);
      if (row === undefined) this.#put(`${folder}/${name}`, contents);
      else if (contents !== undefined) table.set(row, new Map([['contents', contents]]));
    }
  }

  /** Power off and on: on boards with flash, all else is gone. */
  reboot(): void {
    if (!this.#options.flash) return;
    const table = this.#options.database.table('/file');
    for (const row of [...table.rows()]) if (!/^flash(\/|$)/.test(row.values.get('name') ?? '')) table.remove(row);
  }

  #furnish(root: string): void {
    const { database } = this.#options;
    if (root !== '') database.addByRouter('/file', { name: 'flash' }).values.set('type', 'disk');
    this.#put(`${root}skins`, undefined);
    this.writeStockPages(`${root}hotspot`);
  }

  #put(name: string, contents: string | undefined): void {
    const kind = contents === undefined ? { type: 'directory' } : { type: 'file', contents };
    this.#stamp(this.#options.database.addByRouter('/file', { name, ...kind }));
  }

  #stamp(row: TableRow): void {
    const { clock, database } = this.#options;
    // A file made without contents is an empty one.
    if (row.values.get('type') === 'file' && !row.values.has('contents')) row.values.set('contents', '');
    const before = this.#seen.get(row.id);
    this.#seen.set(row.id, new Map(row.values));
    if (before !== undefined && before.get('contents') === row.values.get('contents')) return;
    row.values.set('last-modified', formatRouterDate(clock.now(), isAtLeast(database.version, '7.10')));
  }

  /** A folder goes with all that is in it. */
  #removeBelow(id: number): void {
    const gone = this.#seen.get(id);
    this.#seen.delete(id);
    if (gone === undefined || gone.get('type') === 'file') return;
    const table = this.#options.database.table('/file');
    const below = [...table.rows()].filter(({ values }) =>
      (values.get('name') ?? '').startsWith(`${gone.get('name')}/`),
    );
    for (const row of below) table.remove(row);
  }
}

function sizeOf({ values }: TableRow): string | undefined {
  const contents = values.get('contents');
  return contents === undefined ? undefined : String(octetsOf(contents).length);
}

/** `directory`, `disk`, `.html file`, or `file` where the name has no ending. */
function kindOf({ values }: TableRow): string {
  const type = values.get('type') ?? 'file';
  const ending = /\.[A-Za-z0-9]+$/.exec(values.get('name') ?? '');
  return type === 'file' && ending !== null ? `${ending[0]} file` : type;
}

function wholeNumber(name: string, text: string, max: number): number {
  if (!/^\d+$/.test(text)) throw invalidValue(name);
  const number = Number(text);
  if (number > max) throw outOfRange(name, 0, max);
  return number;
}
