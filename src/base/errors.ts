/** A failure an operator can act on. Subclasses set a stable `code`; callers match on class or code, never on text. */
export abstract class LastmileError extends Error {
  abstract readonly code: string;
  /** `backoff`: trying again may help. `never`: a person must change something first. */
  abstract readonly retry: 'backoff' | 'never';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The message of anything thrown, on one line, without a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return String(error);
}

/** The `code` of a Node or lastmile error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Ends an exhaustive switch: a value that the types say cannot be. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
