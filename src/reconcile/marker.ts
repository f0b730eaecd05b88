import type { Marker } from './row.ts';

const marker = /(?:^|\s)lm:([^\s/]+)\/([^\s]+)$/u;

/** Reads the ownership marker at the end of a comment: `<own text> lm:<operator>/<kind>/<name>[#part]`. */
export function readMarker(comment: string): { readonly ownText: string; readonly marker?: Marker } {
  const match = marker.exec(comment);
  if (match === null || match[1] === undefined || match[2] === undefined) return { ownText: comment };
  return { ownText: comment.slice(0, match.index).trimEnd(), marker: { operator: match[1], owner: match[2] } };
}

/**
 * {@link readMarker} for a table of rows, of which most have the marker of this operator and nothing else as their comment.
 *
 * @param operator absent: any
 */
export function markerReader(operator: string | undefined): typeof readMarker {
  if (operator === undefined || !/^[^\s/]+$/u.test(operator)) return readMarker;
  const ours = `lm:${operator}/`;
  return (comment) => {
    const isPlain = comment.length > ours.length && comment.startsWith(ours) && !/\s/u.test(comment);
    return isPlain ? { ownText: '', marker: { operator, owner: comment.slice(ours.length) } } : readMarker(comment);
  };
}

/** The comment of a row of ours. Text a person wrote in front of the marker is kept. */
export function writeMarker(ownText: string, { operator, owner }: Marker): string {
  const mark = `lm:${operator}/${owner}`;
  return ownText === '' ? mark : `${ownText} ${mark}`;
}
