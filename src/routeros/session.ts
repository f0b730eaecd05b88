import type { LastmileError } from '../base/errors.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** Attributes of a command: sent as `=name=value`, in any text. `'!name': ''` clears a property. */
export type Attributes = Readonly<Record<string, string>>;

export interface RunOptions {
  /** From the call to the last reply, time in the queue included. Absent: as long as the router keeps answering. */
  readonly deadlineMs?: number;
  /** Cancels the command on the router too; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Query words in their order, each with its `?`: `?name=anna`, `?#|`. */
  readonly queries?: readonly string[];
}

export interface RunResult {
  readonly rows: readonly RouterOsRow[];
  /** What `add`, `get` and `count-only` return. */
  readonly ret?: string;
}

export interface Listening {
  /** Resolves after `stop`, rejects when the router or the connection ended it. Need not be watched. */
  readonly ended: Promise<void>;
  /** Cancels the command; resolves when no more rows can come. Never rejects. */
  stop(): Promise<void>;
}

/** The ends of a connection. */
export interface DialledAt {
  /** As dialled. */
  readonly host: string;
  readonly port: number;
  readonly service: 'api' | 'api-ssl';
  /** The address it came to. */
  readonly routerAddress?: string;
  /** True where that is not where the router is declared: it did not answer there. */
  readonly elsewhere?: boolean;
  /** Ours; the router sees another one where there is a NAT between us. */
  readonly localAddress?: string;
}

/**
 * A logged-in connection to a router. Commands run side by side under their own tags: where one depends on another,
 * wait for it. Every promise settles once, with one of the errors in `errors.ts` where it fails.
 */
export interface RouterOsSession extends AsyncDisposable {
  /** Where it goes, where that is known. */
  readonly at?: DialledAt;

  /** Runs a command and keeps its rows. For tables of thousands of rows, `stream`. */
  run(command: string, attributes?: Attributes, options?: RunOptions): Promise<RunResult>;

  /**
   * Hands out rows as they come. While a promise of `onRow` is pending nothing is read from the router, so `onRow`
   * must not wait for another command of this session. What it throws cancels the command and rejects.
   */
  stream(
    command: string,
    attributes: Attributes,
    onRow: (row: RouterOsRow) => void | Promise<void>,
    options?: RunOptions,
  ): Promise<void>;

  /**
   * Runs a command that does not end by itself (`listen`, `print` with `follow`, `monitor`), without a deadline.
   *
   * @throws WordError when command or attribute names are none
   */
  listen(
    command: string,
    attributes: Attributes,
    onRow: (row: RouterOsRow) => void,
    options?: Omit<RunOptions, 'deadlineMs'>,
  ): Listening;

  /** Ends the connection; whatever is under way rejects. */
  close(): Promise<void>;

  /** Resolves with the reason when the connection has ended, by whomever. */
  readonly closed: Promise<LastmileError>;
}
