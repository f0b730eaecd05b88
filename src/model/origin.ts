/** Where a declaration stands. `line` and `column` count from 1 and point at the object's first key. */
export interface Origin {
  /** Path below the repository's root, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
