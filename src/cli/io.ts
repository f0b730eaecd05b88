/** Where a command writes, and what it may know of its surroundings. */
export interface Io {
  /** Data, to stdout. */
  out(text: string): void;
  /** Resolves when what was written has been taken, so far that more may come. Absent: it always may. */
  drained?(): Promise<void>;
  /** Progress and complaints, to stderr. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** May stdout be coloured? */
  readonly color: boolean;
}

/** As in README.md, Commands. Of several, the most severe wins; 1 beats 2. */
export const exitCodes = {
  success: 0,
  error: 1,
  changes: 2,
  invalid: 3,
  refused: 4,
  partial: 5,
  stale: 6,
  usage: 64,
  interrupted: 130,
} as const;
