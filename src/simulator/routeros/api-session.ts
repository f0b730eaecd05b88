import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { unreachable } from '../../base/errors.ts';
import { encodeSentence, SentenceReader } from '../../routeros/wire/sentence.ts';
import type { Faults } from '../faults.ts';
import { type Command, parseCommand } from './command.ts';
import { type Answer, type Caller, type Executor, isWrite, type Words } from './executor.ts';
import { octetsOf } from './text.ts';
import { interrupted, RouterTrap } from './trap.ts';

export interface SessionDeps {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly executor: Executor;
  /** True for RouterOS 7.18 and later: a print without rows says `!empty` before `!done`. */
  readonly saysEmpty: boolean;
  /** True for RouterOS before 6.43. */
  readonly challengeLogin: boolean;
  /** What answers to writes wait for, if there is anything. */
  settling(): Promise<void> | undefined;
  /** Rights of the user if `proves` holds for the password. @returns the error text otherwise */
  login(name: string, proves: (password: string) => boolean): { readonly caller: Caller } | string;
  loggedOut(name: string): void;
}

const maxWaitingSentences = 16;
const maxOctetsBeforeLogin = 65_536;

/** One API connection: login, then commands by tag, concurrently. */
export class ApiSession {
  readonly #socket: Socket;
  readonly #deps: SessionDeps;
  readonly #reader = new SentenceReader();
  readonly #running = new Map<string, AbortController>();
  readonly #challenge = randomBytes(16);
  #caller: Caller | undefined;
  #user: string | undefined;
  #loginPending = false;
  #octetsBeforeLogin = 0;
  /** A cut cable: nothing is read any more, and nothing is sent. */
  #dead = false;
  /** Answers wait for it. */
  #stall: Promise<void> | undefined;
  #draining: Promise<void> | undefined;
  /** Sentences that came while the login was being looked at. */
  #waiting: Command[] = [];

  constructor(socket: Socket, deps: SessionDeps) {
    this.#socket = socket;
    this.#deps = deps;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#closed());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends the connection behind what was sent. */
  end(): void {
    this.#socket.destroySoon();
  }

  /** Reads nothing of what the client sends, or takes up again what has piled up meanwhile. */
  deafen(deaf: boolean): void {
    if (deaf) this.#socket.pause();
    else if (!this.#dead) this.#socket.resume();
  }

  #receive(chunk: Buffer): void {
    if (this.#caller === undefined) {
      this.#octetsBeforeLogin += chunk.length;
      if (this.#octetsBeforeLogin > maxOctetsBeforeLogin) this.#fatal('too many commands before login');
    }
    for (const words of this.#sentencesIn(chunk)) this.#accept(parseCommand(words));
  }

  #sentencesIn(chunk: Buffer): readonly Buffer[][] {
    try {
      return this.#reader.push(chunk);
    } catch {
      // A client that frames wrongly is cut off without a word.
      this.#socket.destroy();
      return [];
    }
  }

  #accept(command: Command): void {
    if (this.#dead || this.#socket.writableEnded || this.#socket.destroyed) return;
    const fault = this.#deps.faults.strikeConnection(`${command.path}/${command.verb}`);
    if (fault !== undefined && !this.#survives(fault, command)) return;
    if (this.#loginPending) {
      this.#waiting.push(command);
      if (this.#waiting.length > maxWaitingSentences) this.#fatal('too many commands before login');
    } else if (command.path === '' && command.verb === 'login') void this.#login(command);
    else if (this.#caller === undefined) this.#fatal('not logged in');
    else if (command.path === '' && command.verb === 'quit') this.#fatal('session terminated on request');
    else if (command.path === '' && command.verb === 'cancel') this.#cancel(command);
    else void this.#serve(command, this.#caller);
  }

  /** What befalls the connection at this command. @returns false when that was the end of it */
  #survives(fault: NonNullable<ReturnType<Faults['strikeConnection']>>, command: Command): boolean {
    if (fault.kind === 'stall') {
      this.#stall = this.#deps.clock.sleep(fault.ms ?? 0);
      return true;
    }
    if (fault.applied !== false) this.#carryOutUnseen(command);
    if (fault.kind === 'half-open') {
      this.#dead = true;
      this.deafen(true);
    } else if (fault.kind === 'reset') this.#socket.resetAndDestroy();
    else this.#socket.destroySoon();
    return false;
  }

  /** The command is carried out, and nobody hears what became of it. */
  #carryOutUnseen(command: Command): void {
    if (this.#caller === undefined || command.path === '') return;
    try {
      const answer = this.#deps.executor.run(command, this.#caller);
      if (answer.kind === 'later') answer.done.catch(() => undefined);
    } catch (error) {
      if (!(error instanceof RouterTrap)) throw error;
    }
  }

  async #login(command: Command): Promise<void> {
    this.#loginPending = true;
    const latency = this.#deps.faults.strike('latency', '/login');
    if (latency !== undefined) await this.#deps.clock.sleep(latency.ms ?? 0);
    await this.#send(this.#loginAnswer(command));
    this.#loginPending = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const next of waiting) this.#accept(next);
  }

  #loginAnswer(command: Command): Buffer {
    const { fields } = command;
    const response = fields.get('response');
    if (this.#deps.challengeLogin && response === undefined) {
      return frame('!done', command, [`=ret=${this.#challenge.toString('hex')}`]);
    }
    const name = fields.get('name') ?? '';
    const proves = (password: string): boolean =>
      response === undefined ? password === (fields.get('password') ?? '') : response === this.#expected(password);
    const refused = this.#deps.faults.strike('refuse-login');
    const result = refused ? (refused.message ?? this.#refusal()) : this.#deps.login(name, proves);
    if (typeof result === 'string') return this.#trapFrames(command, new RouterTrap(result));
    this.#caller = result.caller;
    this.#user = name;
    return frame('!done', command);
  }

  #refusal(): string {
    return this.#deps.challengeLogin ? 'cannot log in' : 'invalid user name or password (6)';
  }

  #expected(password: string): string {
    const digest = createHash('md5').update(Buffer.of(0)).update(octetsOf(password)).update(this.#challenge);
    return `00${digest.digest('hex')}`;
  }

  async #serve(command: Command, caller: Caller): Promise<void> {
    const { faults, clock } = this.#deps;
    const name = `${command.path}/${command.verb}`;
    const running = new AbortController();
    const key = command.tag ?? '';
    this.#running.set(key, running);
    try {
      const latency = faults.strike('latency', name);
      if (latency !== undefined) await clock.sleep(latency.ms ?? 0, running.signal);
      const answer = this.#execute(command, name, caller);
      // At once: the next sentence of the same segment may bring the first change.
      if (answer.kind === 'follow') return await this.#follow(command, answer, running.signal);
      const ret = answer.kind === 'later' ? await answer.done : undefined;
      const settling = isWrite(command) ? this.#deps.settling() : undefined;
      if (settling !== undefined) await settling;
      await faults.released(name, running.signal);
      const final = answer.kind === 'later' ? doneWith(ret) : answer;
      await this.#answer(command, final, running.signal, name);
    } catch (error) {
      if (running.signal.aborted) await this.#send(frame('!done', command));
      else if (error instanceof RouterTrap) await this.#refuse(command, error, name, running.signal);
      else throw error;
    } finally {
      if (this.#running.get(key) === running) this.#running.delete(key);
    }
  }

  #execute(command: Command, name: string, caller: Caller): Answer {
    const { faults, executor } = this.#deps;
    if (isWrite(command) && faults.strike('done-without-write', name)) {
      return { kind: 'done', ...(command.verb === 'add' ? { ret: '*FFFFFFF' } : {}) };
    }
    const answer = executor.run(command, caller);
    const fault = isWrite(command) ? faults.strike('trap-after-write', name) : undefined;
    if (fault !== undefined) throw new RouterTrap(fault.message ?? 'action failed (6)');
    return answer;
  }

  async #refuse(command: Command, trap: RouterTrap, name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.faults.released(name, signal);
      await this.#deliver([this.#trapFrames(command, trap)], name);
    } catch (error) {
      if (!signal.aborted) throw error;
      await this.#send(frame('!done', command));
    }
  }

  #trapFrames(command: Command, trap: RouterTrap): Buffer {
    const category = trap.category === undefined ? [] : [`=category=${trap.category}`];
    return Buffer.concat([frame('!trap', command, [...category, `=message=${trap.message}`]), frame('!done', command)]);
  }

  async #answer(
    command: Command,
    answer: Exclude<Answer, { kind: 'follow' | 'later' }>,
    signal: AbortSignal,
    name: string,
  ): Promise<void> {
    switch (answer.kind) {
      case 'done':
        return this.#deliver([frame('!done', command, answer.ret === undefined ? [] : [`=ret=${answer.ret}`])], name);
      case 'rows':
        return this.#deliver(this.#rowFrames(command, answer.rows), name);
      case 'repeat':
        return this.#repeat(command, answer, signal);
      default:
        return unreachable(answer);
    }
  }

  *#rowFrames(command: Command, rows: Iterable<Words>): Generator<Buffer> {
    let count = 0;
    for (const row of rows) {
      count += 1;
      yield frame('!re', command, row);
    }
    if (count === 0 && this.#deps.saysEmpty) yield frame('!empty', command);
    yield frame('!done', command);
  }

  async #follow(command: Command, answer: Extract<Answer, { kind: 'follow' }>, signal: AbortSignal): Promise<void> {
    const stop = answer.watch((row) => void this.#send(frame('!re', command, row)));
    try {
      for (const row of answer.rows) await this.#send(frame('!re', command, row));
      await new Promise<never>((_resolve, reject) => {
        const end = () => reject(signal.reason as Error);
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      });
    } finally {
      stop();
    }
  }

  async #repeat(command: Command, answer: Extract<Answer, { kind: 'repeat' }>, signal: AbortSignal): Promise<void> {
    for (let section = 0; ; section += 1) {
      const frames = answer.rows().map((row) => frame('!re', command, [...row, `=.section=${section}`]));
      await this.#send(Buffer.concat(frames));
      await this.#deps.clock.sleep(1000, signal);
    }
  }

  /** `=tag=T` ends that command, nothing named ends all others. Order of the answers as seen on a CHR. */
  #cancel(command: Command): void {
    const tag = command.fields.get('tag');
    const ended = [...this.#running].filter(([key]) => tag === undefined || key === tag);
    for (const [key] of ended) {
      const target = key === '' ? {} : { tag: key };
      void this.#send(frame('!trap', target, ['=category=2', `=message=${interrupted().message}`]));
    }
    void this.#send(frame('!done', command));
    for (const [, running] of ended) running.abort(interrupted());
  }

  #fatal(reason: string): void {
    if (!this.#dead && !this.#socket.writableEnded) this.#socket.end(encodeSentence(['!fatal', reason]));
  }

  /** Sends frames in pieces of some size, waiting for a slow reader. */
  async #deliver(frames: Iterable<Buffer>, name: string): Promise<void> {
    const cut = this.#deps.faults.strike('close-mid-reply', name) !== undefined;
    let held: Buffer[] = [];
    let size = 0;
    for (const next of frames) {
      held.push(next);
      size += next.length;
      if (cut && held.length === 2) break;
      if (!cut && size > 65_536) {
        await this.#send(Buffer.concat(held));
        held = [];
        size = 0;
      }
    }
    const rest = Buffer.concat(held);
    if (cut) this.#socket.end(rest.subarray(0, Math.ceil((rest.length * 3) / 4)));
    else await this.#send(rest);
  }

  async #send(octets: Buffer): Promise<void> {
    if (this.#stall !== undefined) await this.#stall;
    if (this.#dead || octets.length === 0 || this.#socket.destroyed || this.#socket.writableEnded) return;
    if (this.#socket.write(octets)) return;
    this.#draining ??= this.#drained();
    await this.#draining;
  }

  /** Until a slow reader has taken what was sent, or is gone: for all that wait for it. */
  async #drained(): Promise<void> {
    const closed = new AbortController();
    const drained = once(this.#socket, 'drain', { signal: closed.signal });
    const gone = once(this.#socket, 'close', { signal: closed.signal });
    await Promise.race([drained, gone]).catch(() => undefined);
    closed.abort();
    await Promise.allSettled([drained, gone]);
    this.#draining = undefined;
  }

  #closed(): void {
    for (const running of this.#running.values()) running.abort(interrupted());
    if (this.#user !== undefined) this.#deps.loggedOut(this.#user);
  }
}

function doneWith(ret: string | undefined): Extract<Answer, { kind: 'done' }> {
  return { kind: 'done', ...(ret === undefined ? {} : { ret }) };
}

/** One reply sentence. The tag comes directly after the reply word (seen on 7.23). */
function frame(reply: string, { tag }: { readonly tag?: string }, words: Words = []): Buffer {
  const all = tag === undefined ? [reply, ...words] : [reply, `.tag=${tag}`, ...words];
  return encodeSentence(all.map((word) => (/[\ud800-\udfff]/.test(word) ? octetsOf(word) : word)));
}
