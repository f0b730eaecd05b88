import { connect, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { Secret } from '../base/secret.ts';
import { systemClock } from '../base/system-clock.ts';
import {
  type RouterAddress,
  RouterLoginError,
  RouterTimeoutError,
  RouterTooOldError,
  RouterTrapError,
  RouterUnreachableError,
  unreachableReason,
} from './errors.ts';
import { Multiplexer } from './multiplexer.ts';
import type { RouterOsSession } from './session.ts';
import { type FallbackEncoding, textDecoder } from './wire/words.ts';

export interface ConnectOptions {
  /** Its name in the repository, for messages. */
  readonly router: string;
  readonly host: string;
  /** 8728 unless /ip/service says otherwise. */
  readonly port: number;
  readonly username: string;
  readonly password: Secret;
  /** For the TCP connection, and again for the login. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** How long the router may say nothing about a command it is at: each of its replies begins it anew. Default 30 s. */
  readonly silenceMs?: number;
  /** Commands under way at once; others wait their turn. Default 8: what RouterOS takes is not documented. */
  readonly maxInFlight?: number;
  /** Rows `run` keeps before it gives up. Default one million. */
  readonly maxRows?: number;
  /** The code page of text that is not UTF-8. Default windows-1252. */
  readonly fallbackEncoding?: FallbackEncoding;
  readonly signal?: AbortSignal;
  readonly clock?: Pick<Clock, 'sleep' | 'monotonic'>;
}

const keepAliveMs = 15_000;

/**
 * Connects and logs in, in plain text, as RouterOS 6.43 and later expect it.
 *
 * @throws RouterUnreachableError, RouterLoginError, RouterTooOldError, RouterClosedError, RouterFatalError,
 *   RouterProtocolError; the reason of `signal`
 */
export async function connectRouterOs(options: ConnectOptions): Promise<RouterOsSession> {
  const at = { router: options.router, host: options.host, port: options.port };
  const clock = options.clock ?? systemClock;
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const decode = textDecoder(options.fallbackEncoding);
  const socket = await openSocket(at, connectTimeoutMs, clock, options.signal);
  const session = new Multiplexer(socket, {
    at,
    clock,
    decode,
    silenceMs: options.silenceMs ?? 30_000,
    maxInFlight: options.maxInFlight ?? 8,
    maxRows: options.maxRows ?? 1_000_000,
  });
  try {
    await logIn(session, at, options, connectTimeoutMs);
  } catch (error) {
    await session.close();
    throw error;
  }
  session.loggedIn();
  return session;
}

async function openSocket(
  at: RouterAddress,
  timeoutMs: number,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = connect({
    host: at.host,
    port: at.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
  });
  const over = new AbortController();
  const aborted = (): void => void socket.destroy(signal?.reason as Error);
  signal?.addEventListener('abort', aborted, { signal: over.signal });
  clock.sleep(timeoutMs, over.signal).then(
    () => socket.destroy(new RouterUnreachableError(at, 'timeout')),
    () => undefined,
  );
  try {
    await connected(socket);
    return socket;
  } catch (error) {
    if (signal?.aborted === true || error instanceof RouterUnreachableError) throw error;
    throw new RouterUnreachableError(at, unreachableReason(error), error);
  } finally {
    over.abort();
  }
}

async function connected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

async function logIn(
  session: RouterOsSession,
  at: RouterAddress,
  { username, password, signal }: ConnectOptions,
  deadlineMs: number,
): Promise<void> {
  const attributes = { name: username, password: password.reveal() };
  try {
    const { ret } = await session.run('/login', attributes, {
      deadlineMs,
      ...(signal === undefined ? {} : { signal }),
    });
    if (ret !== undefined) throw new RouterTooOldError(at);
  } catch (error) {
    if (error instanceof RouterTimeoutError) throw new RouterUnreachableError(at, 'timeout', error);
    if (!(error instanceof RouterTrapError)) throw error;
    throw new RouterLoginError(
      at,
      username,
      withoutSecret(error.traps.map((trap) => trap.message).join('; '), password),
    );
  }
}

/** A router may quote what it was sent. */
function withoutSecret(text: string, password: Secret): string {
  const clear = password.reveal();
  return clear === '' ? text : text.replaceAll(clear, String(password));
}
