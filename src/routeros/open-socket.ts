import { connect, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { RouterTls } from '../model/kinds/router.ts';
import { type RouterAddress, RouterTlsError, RouterUnreachableError, unreachableReason } from './errors.ts';
import { secured } from './tls.ts';

export interface OpenOptions {
  /** Absent: plain text. */
  readonly tls?: RouterTls;
  /** For TCP and TLS together. */
  readonly timeoutMs: number;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal?: AbortSignal;
}

const keepAliveMs = 15_000;

/**
 * A connection over which nothing was said yet: by TLS, the certificate was looked at.
 *
 * @throws RouterUnreachableError, RouterTlsError, RouterUntrustedError; the reason of `signal`
 */
export async function openSocket(at: RouterAddress, options: OpenOptions): Promise<Socket> {
  const { tls, timeoutMs, clock, signal } = options;
  signal?.throwIfAborted();
  let socket: Socket = connect({
    ...endpointOf(at),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
  });
  let shaking = false;
  const over = new AbortController();
  signal?.addEventListener('abort', () => void socket.destroy(signal.reason as Error), { signal: over.signal });
  clock.sleep(timeoutMs, over.signal).then(
    () => socket.destroy(shaking ? new RouterTlsError(at, 'silent') : new RouterUnreachableError(at, 'timeout')),
    () => undefined,
  );
  try {
    await connected(socket, 'connect');
    if (tls === undefined) return socket;
    shaking = true;
    const { socket: encrypted, ready } = secured(socket, at, tls);
    socket = encrypted;
    await ready;
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal?.aborted === true || shaking || error instanceof RouterUnreachableError) throw error;
    throw new RouterUnreachableError(at, unreachableReason(error), error);
  } finally {
    over.abort();
  }
}

function endpointOf({ host, port }: RouterAddress): { readonly host: string; readonly port: number } {
  return { host, port };
}

async function connected(socket: Socket, event: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
