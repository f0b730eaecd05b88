/** An expression that cannot be used, or a value that could not be told; the place counts characters of the expression. */
export class ExpressionError extends Error {
  readonly start: number;
  readonly end: number;
  readonly hint: string | undefined;

  constructor(message: string, place: { readonly start: number; readonly end: number }, hint?: string) {
    super(message);
    this.start = place.start;
    this.end = place.end;
    this.hint = hint;
  }
}
