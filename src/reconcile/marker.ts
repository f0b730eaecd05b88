import type { Marker } from './target.ts';

const marker = /(?:^|\s)lm:([^\s/]+)\/([^\s]+)$/u;

/** Reads the ownership marker at the end of a comment: `<own text> lm:<operator>/<kind>/<name>[#part]`. */
export function readMarker(comment: string): { readonly ownText: string; readonly marker?: Marker } {
  const match = marker.exec(comment);
  if (match === null || match[1] === undefined || match[2] === undefined) return { ownText: comment };
  return { ownText: comment.slice(0, match.index).trimEnd(), marker: { operator: match[1], owner: match[2] } };
}

/** The comment of a row of ours. Text a person wrote in front of the marker is kept. */
export function writeMarker(ownText: string, { operator, owner }: Marker): string {
  const mark = `lm:${operator}/${owner}`;
  return ownText === '' ? mark : `${ownText} ${mark}`;
}
