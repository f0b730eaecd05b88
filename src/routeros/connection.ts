import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import type { Secret } from '../base/secret.ts';
import { systemClock } from '../base/system-clock.ts';
import type { RouterTls } from '../model/kinds/router.ts';
import { answerTo } from './challenge-login.ts';
import {
  type RouterAddress,
  RouterClosedError,
  RouterLoginError,
  RouterProtocolError,
  RouterTimeoutError,
  RouterTlsError,
  RouterTooOldError,
  RouterTrapError,
  RouterUnreachableError,
} from './errors.ts';
import { Multiplexer } from './multiplexer.ts';
import { openSocket } from './open-socket.ts';
import type { Attributes, RouterOsSession, RunResult } from './session.ts';
import { type FallbackEncoding, textDecoder } from './wire/words.ts';

export interface ConnectOptions {
  /** Its name in the repository, for messages. */
  readonly router: string;
  readonly host: string;
  /** 8728, with TLS 8729, unless /ip/service says otherwise. */
  readonly port: number;
  readonly username: string;
  readonly password: Secret;
  /** Absent: plain text. */
  readonly tls?: RouterTls;
  /** Whether a router before 6.43 may be answered its challenge. Default false: its login is then an error. */
  readonly legacyLogin?: boolean;
  /** For the TCP connection, and again for the login. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** How long the router may say nothing about a command it is at: each of its replies begins it anew. Default 30 s. */
  readonly silenceMs?: number;
  /** How long one command may take in all, though its answer keeps coming. Default 15 min. */
  readonly longestMs?: number;
  /** Commands under way at once; others wait their turn. Default 8: what RouterOS takes is not documented. */
  readonly maxInFlight?: number;
  /** Rows that a command may be answered with, and their octets, before it is given up. Default one million, 256 MiB. */
  readonly maxRows?: number;
  readonly maxOctets?: number;
  /** The code page of text that is not UTF-8. Default windows-1252. */
  readonly fallbackEncoding?: FallbackEncoding;
  readonly signal?: AbortSignal;
  readonly clock?: Pick<Clock, 'sleep' | 'monotonic'>;
}

/**
 * Connects and logs in, as RouterOS 6.43 and later expect it; by the challenge of earlier versions where that is allowed.
 *
 * @throws RouterUnreachableError, RouterTlsError, RouterUntrustedError, RouterLoginError, RouterTooOldError,
 *   RouterClosedError, RouterFatalError, RouterProtocolError; the reason of `signal`
 */
export async function connectRouterOs(options: ConnectOptions): Promise<RouterOsSession> {
  const { router, host, port, tls, signal, connectTimeoutMs: timeoutMs = 10_000, clock = systemClock } = options;
  const at = { router, host, port };
  const decode = textDecoder(options.fallbackEncoding);
  const socket = await openSocket(at, compact({ tls, timeoutMs, clock, signal }));
  const spoke = firstOctets(socket);
  const session = new Multiplexer(socket, {
    at,
    clock,
    decode,
    silenceMs: options.silenceMs ?? 30_000,
    longestMs: options.longestMs ?? 900_000,
    maxInFlight: options.maxInFlight ?? 8,
    maxRows: options.maxRows ?? 1_000_000,
    maxOctets: options.maxOctets ?? 256 * 2 ** 20,
  });
  try {
    await logIn(session, at, options, timeoutMs);
  } catch (error) {
    await session.close();
    throw tls === undefined && isTls(spoke()) && saysNothing(error) ? new RouterTlsError(at, 'wanted', error) : error;
  }
  session.loggedIn();
  return session;
}

/** What a service that expects TLS answers to plain text: an alert record (RFC 8446 §5.1, §6). */
function isTls([type, major]: Uint8Array): boolean {
  return type === 0x15 && major === 3;
}

function saysNothing(error: unknown): boolean {
  return [RouterClosedError, RouterProtocolError, RouterUnreachableError].some((kind) => error instanceof kind);
}

function firstOctets(socket: Socket): () => Uint8Array {
  let first: Uint8Array = Buffer.alloc(0);
  socket.once('data', (chunk: Buffer) => {
    first = Buffer.from(chunk.subarray(0, 2));
  });
  return () => first;
}

async function logIn(
  session: RouterOsSession,
  at: RouterAddress,
  { username, password, legacyLogin = false, signal }: ConnectOptions,
  deadlineMs: number,
): Promise<void> {
  const say = (attributes: Attributes) => session.run('/login', attributes, compact({ deadlineMs, signal }));
  try {
    const challenge = legacyLogin ? await challengeOf(say, at) : undefined;
    const proof = challenge === undefined ? password.reveal() : undefined;
    const response = challenge === undefined ? undefined : answerTo(challenge, password);
    const { ret } = await say(compact({ name: username, password: proof, response }));
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

/**
 * Asks for the challenge first: a router before 6.43 gives one to a login with name and password, too, but then the
 * password is out. Later ones have none to give.
 */
async function challengeOf(
  say: (attributes: Attributes) => Promise<RunResult>,
  at: RouterAddress,
): Promise<string | undefined> {
  try {
    const { ret } = await say({});
    if (ret !== undefined && !/^[0-9a-f]{32}$/i.test(ret))
      throw new RouterProtocolError(at, 'gave no challenge we know');
    return ret;
  } catch (error) {
    if (error instanceof RouterTrapError) return undefined;
    throw error;
  }
}

/** A router may quote what it was sent. */
function withoutSecret(text: string, password: Secret): string {
  const clear = password.reveal();
  return clear === '' ? text : text.replaceAll(clear, String(password));
}
