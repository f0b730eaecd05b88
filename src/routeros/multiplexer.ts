import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import { type LastmileError, messageOf } from '../base/errors.ts';
import { Command, type OnRow, type Request } from './command.ts';
import {
  type ClosedBy,
  type RouterAddress,
  RouterClosedError,
  RouterFatalError,
  RouterProtocolError,
  RouterTimeoutError,
  RouterTrapError,
} from './errors.ts';
import type { Attributes, DialledAt, Listening, RouterOsSession, RunOptions, RunResult } from './session.ts';
import { type Reply, ReplyParser, type RouterOsRow } from './wire/reply.ts';
import { type RawSentence, SentenceReader } from './wire/sentence.ts';
import type { DecodeText } from './wire/words.ts';

export interface MultiplexerOptions {
  readonly at: RouterAddress;
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  readonly decode: DecodeText;
  /** For the router's next word about a command, from its last one. */
  readonly silenceMs: number;
  /** Commands the router works on at once; others wait. */
  readonly maxInFlight: number;
  /** What a command may be answered with before it is given up, whoever keeps it: a router that never ends is not right. */
  readonly longestMs: number;
  readonly maxRows: number;
  readonly maxOctets: number;
}

/** How long a cancelled command may take to end before the router counts as gone. */
const cancelGraceMs = 10_000;
/** Ends what watches a command: made once, since an error for each command costs more than the command. */
const isOver = new DOMException('the command is over', 'AbortError');

/** Many commands over one connected socket, told apart by their tags. Owns the socket. */
export class Multiplexer implements RouterOsSession {
  readonly at: DialledAt;
  readonly closed: Promise<LastmileError>;
  readonly #socket: Socket;
  readonly #options: MultiplexerOptions;
  readonly #reader = new SentenceReader();
  readonly #parser: ReplyParser;
  /** Commands the router may still answer, by tag; those given up too, until their `!done`. */
  readonly #sent = new Map<string, Command>();
  readonly #queue: Command[] = [];
  #inFlight = 0;
  #lastTag = 0;
  #pausedBy: Command | undefined;
  /** When octets last came: the time of all replies in them. */
  #receivedAt = 0;
  /** When it was last we who did not listen. */
  #resumedAt = 0;
  #closedBy: ClosedBy = 'router-at-login';
  #end: LastmileError | undefined;
  #tellClosed!: (reason: LastmileError) => void;

  constructor(socket: Socket, options: MultiplexerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#parser = new ReplyParser(options.decode);
    const { host, port } = options.at;
    const service = 'encrypted' in socket ? 'api-ssl' : 'api';
    const { remoteAddress: routerAddress, localAddress } = socket;
    this.at = compact({ host, port, service, routerAddress, localAddress } as const);
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(new RouterClosedError(options.at, this.#closedBy, error)));
    socket.on('end', () => this.#fail(new RouterClosedError(options.at, this.#closedBy)));
    socket.on('close', () => this.#fail(new RouterClosedError(options.at, this.#closedBy)));
  }

  /** From now on a silent close is no longer one at login. */
  loggedIn(): void {
    this.#closedBy = 'router';
  }

  async run(command: string, attributes: Attributes = {}, options: RunOptions = {}): Promise<RunResult> {
    const rows: RouterOsRow[] = [];
    const keep = (row: RouterOsRow): void => void rows.push(row);
    const ret = await this.#execute({ command, attributes, queries: options.queries }, keep, options);
    return ret === undefined ? { rows } : { rows, ret };
  }

  async stream(command: string, attributes: Attributes, onRow: OnRow, options: RunOptions = {}): Promise<void> {
    await this.#execute({ command, attributes, queries: options.queries }, onRow, options);
  }

  listen(
    command: string,
    attributes: Attributes,
    onRow: (row: RouterOsRow) => void,
    { queries, signal }: Omit<RunOptions, 'deadlineMs'> = {},
  ): Listening {
    const listener = this.#submit({ command, attributes, queries }, onRow, false);
    let stopped = false;
    const ended = listener.done.then(
      () => undefined,
      (error: unknown) => {
        if (!(stopped && error instanceof RouterTrapError && error.interrupted)) throw error;
      },
    );
    const quiet = ended.catch(() => undefined);
    const stop = async (): Promise<void> => {
      if (!stopped) this.#cancel(listener);
      stopped = true;
      await quiet;
    };
    whenAborted(signal, () => void stop(), listener.over.signal);
    return { ended, stop };
  }

  async close(): Promise<void> {
    this.#fail(new RouterClosedError(this.#options.at, 'us'));
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #execute(request: Request, onRow: OnRow, { signal, deadlineMs }: RunOptions): Promise<string | undefined> {
    signal?.throwIfAborted();
    const command = this.#submit(request, onRow, true);
    const over = new AbortController();
    this.#watchSilence(command, this.#options.silenceMs, over.signal);
    if (deadlineMs !== undefined) {
      this.#after(deadlineMs, over.signal, () => this.#giveUp(command, this.#late(command, deadlineMs)));
    }
    whenAborted(signal, () => this.#giveUp(command, signal?.reason), over.signal);
    try {
      return await command.done;
    } finally {
      over.abort(isOver);
    }
  }

  /** While it waits for its turn, or we do not read, the silence is not the router's. */
  #watchSilence(command: Command, waitMs: number, signal: AbortSignal): void {
    const { clock, silenceMs, longestMs } = this.#options;
    this.#after(waitMs, signal, () => {
      const listening = command.heardAt !== undefined && this.#pausedBy === undefined;
      const since = listening ? Math.max(command.heardAt ?? 0, this.#resumedAt) : clock.monotonic();
      const restMs = since + silenceMs - clock.monotonic();
      if (listening && clock.monotonic() - (command.sentAt ?? since) >= longestMs)
        this.#giveUp(command, this.#endless(command));
      else if (restMs > 0) this.#watchSilence(command, restMs, signal);
      else this.#giveUp(command, this.#silent(command));
    });
  }

  #submit(request: Request, onRow: OnRow, slotted: boolean): Command {
    this.#lastTag += 1;
    const command = new Command(this.#lastTag.toString(36), request, onRow, slotted);
    if (this.#end !== undefined) command.fail(this.#end);
    else if (slotted && this.#inFlight >= this.#options.maxInFlight) this.#queue.push(command);
    else this.#send(command);
    return command;
  }

  #send(command: Command): void {
    if (command.slotted) this.#inFlight += 1;
    this.#sent.set(command.tag, command);
    command.sentAt = this.#options.clock.monotonic();
    command.heardAt = command.sentAt;
    this.#socket.write(command.sentence);
  }

  #receive(chunk: Buffer): void {
    this.#receivedAt = this.#options.clock.monotonic();
    this.#reader.feed(chunk);
    this.#read();
  }

  #read(): void {
    try {
      while (this.#pausedBy === undefined && this.#end === undefined) {
        const sentence = this.#reader.next();
        if (sentence === undefined) return;
        this.#dispatch(this.#parser.parse(sentence), octetsOf(sentence));
      }
    } catch (error) {
      this.#fail(new RouterProtocolError(this.#options.at, messageOf(error), error));
    }
  }

  #dispatch(reply: Reply, octets: number): void {
    if (reply.word === '!fatal') {
      this.#fail(new RouterFatalError(this.#options.at, reply.text || (reply.attributes['message'] ?? '')));
      return;
    }
    const command = reply.tag === undefined ? undefined : this.#sent.get(reply.tag);
    if (command === undefined) return;
    command.heardAt = this.#receivedAt;
    // `!empty` (since 7.18) adds nothing to the `!done` that follows it; words of later versions shall not hurt.
    if (reply.word === '!re') this.#row(command, reply.attributes, octets);
    else if (reply.word === '!trap') command.trap(reply.attributes);
    else if (reply.word === '!done') this.#finish(command, reply.attributes['ret']);
  }

  #row(command: Command, row: RouterOsRow, octets: number): void {
    if (command.settled) return;
    command.rows += 1;
    command.octets += octets;
    const excess = this.#excessOf(command);
    if (excess !== undefined) {
      this.#giveUp(command, excess);
      return;
    }
    try {
      const pending = command.onRow(row);
      // Not `!== undefined`: where nothing is asked for, a function may return anything.
      if (pending instanceof Promise) this.#pause(command, pending);
    } catch (error) {
      this.#giveUp(command, error);
    }
  }

  #pause(command: Command, pending: Promise<void>): void {
    this.#pausedBy = command;
    this.#socket.pause();
    pending.then(
      () => this.#resume(command),
      (error: unknown) => this.#giveUp(command, error),
    );
  }

  #resume(command: Command): void {
    if (this.#pausedBy !== command) return;
    this.#pausedBy = undefined;
    this.#resumedAt = this.#options.clock.monotonic();
    this.#read();
    if (this.#pausedBy === undefined) this.#socket.resume();
  }

  #finish(command: Command, ret: string | undefined): void {
    this.#sent.delete(command.tag);
    command.over.abort(isOver);
    command.finish(this.#options.at, ret);
    if (!command.slotted) return;
    this.#inFlight -= 1;
    const next = this.#queue.shift();
    if (next !== undefined) this.#send(next);
  }

  /** Rejects now. The tag stays taken until the router has ended the command too. */
  #giveUp(command: Command, error: unknown): void {
    if (command.settled) return;
    command.fail(error);
    const waiting = this.#queue.indexOf(command);
    if (waiting !== -1) this.#queue.splice(waiting, 1);
    else this.#cancel(command);
    this.#resume(command);
  }

  #cancel(command: Command): void {
    if (!this.#sent.has(command.tag)) return;
    const cancel = this.#submit({ command: '/cancel', attributes: { tag: command.tag } }, () => undefined, false);
    cancel.done.catch(() => undefined);
    this.#after(cancelGraceMs, command.over.signal, () => this.#fail(this.#deaf(command)));
  }

  /** Ends it all, once. */
  #fail(reason: LastmileError): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#socket.destroy();
    for (const command of [...this.#sent.values(), ...this.#queue]) {
      command.over.abort(isOver);
      command.fail(reason);
    }
    this.#sent.clear();
    this.#queue.length = 0;
    this.#tellClosed(reason);
  }

  #after(ms: number, signal: AbortSignal, act: () => void): void {
    this.#options.clock.sleep(ms, signal).then(act, () => undefined);
  }

  #late(command: Command, deadlineMs: number): RouterTimeoutError {
    const what = `was not done within ${deadlineMs} ms and is cancelled; it may have been carried out`;
    return new RouterTimeoutError(this.#options.at, command.name, what);
  }

  #silent(command: Command): RouterTimeoutError {
    const what = `was not answered for ${this.#options.silenceMs} ms and is cancelled; it may have been carried out`;
    return new RouterTimeoutError(this.#options.at, command.name, what);
  }

  #endless(command: Command): RouterTimeoutError {
    const what = `was being answered for ${this.#options.longestMs} ms without an end and is cancelled`;
    return new RouterTimeoutError(this.#options.at, command.name, what);
  }

  #deaf(command: Command): RouterTimeoutError {
    const what = `was cancelled but did not end within ${cancelGraceMs} ms: the router no longer answers`;
    return new RouterTimeoutError(this.#options.at, command.name, what);
  }

  /** Who listens keeps nothing, and listens for ever. */
  #excessOf({ name, slotted, rows, octets }: Command): RouterProtocolError | undefined {
    const { at, maxRows, maxOctets } = this.#options;
    if (!slotted || (rows <= maxRows && octets <= maxOctets)) return undefined;
    const what = rows > maxRows ? `${maxRows} rows` : `${maxOctets} octets`;
    return new RouterProtocolError(at, `${name} returned more than ${what}`);
  }
}

function octetsOf({ bounds }: RawSentence): number {
  return (bounds.at(-1) ?? 0) - (bounds[0] ?? 0);
}

function whenAborted(signal: AbortSignal | undefined, act: () => void, until: AbortSignal): void {
  if (signal?.aborted === true) act();
  else if (signal !== undefined) {
    // One signal for many commands is as meant: Node would warn of a leak from the eleventh on.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', act, { once: true, signal: until });
  }
}
