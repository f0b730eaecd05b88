import type { CachedFile } from '../manifest/load-manifest.ts';
import { wordSharer } from '../manifest/share-words.ts';
import type { SourceFile } from '../source/source.ts';

/** What one file declares. */
export type Collected = CachedFile['collected'];

/** A file, and the defaults that hold for it. */
export type FileToCollect = SourceFile & Pick<CachedFile, 'layers'>;

/** Some of what one file declares: subscribers are handed over in several parts, all else with the first. */
export interface CollectedPart {
  readonly path: string;
  /** With few of its subscribers. Absent: more of them. */
  readonly first?: Collected;
  readonly subscribers: Collected['subscribers'];
  readonly last: boolean;
}

/** Taken over in one turn of the event loop: a few milliseconds. */
const subscribersTogether = 500;

/** What files declare, in parts that are quickly taken over. */
export function* partsOf(
  files: readonly FileToCollect[],
  collect: (file: FileToCollect) => Collected,
): Generator<CollectedPart, undefined> {
  for (const file of files) {
    const { subscribers, ...rest } = collect(file);
    for (let at = 0; at === 0 || at < subscribers.length; at += subscribersTogether) {
      const part = subscribers.slice(at, at + subscribersTogether);
      const last = at + subscribersTogether >= subscribers.length;
      const first = at === 0 ? { first: { ...rest, subscribers: [] } } : {};
      yield { path: file.path, subscribers: part, last, ...first };
    }
  }
}

/** Puts parts together again. @returns what to do with each: what it says, once a file is whole, is that file */
export function partJoiner(): (part: CollectedPart) => Collected | undefined {
  let open: Collected | undefined;
  const share = wordSharer();
  return ({ first, subscribers, last }) => {
    open = first ?? open;
    for (const each of subscribers) open?.subscribers.push(share(each));
    return last ? open : undefined;
  };
}
