import type { RouterCall, RouterCalls } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

export interface ApiLogOptions extends RuntimeOptions {
  readonly limit: number;
  /** Goes on telling what is new until it is interrupted. */
  readonly follow: boolean;
}

const betweenLooksMs = 2_000;

/** `lastmile api-log ROUTER`: what a router was told last and what it answered, with its accounting; oldest first. */
export async function apiLogCommand(
  router: string,
  options: ApiLogOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const daemon = await findDaemon(options.state, around.signal);
  if (daemon === undefined) {
    complain(new Error(`no daemon answers for ${options.state}: what routers are told is kept in its memory`), io);
    return exitCodes.error;
  }
  const url = `/api/v1/routers/${encodeURIComponent(router)}/calls?limit=${options.limit}`;
  let seen = { call: 0, accounting: 0 };
  for (;;) {
    const news = newSince(seen, await daemon.get<RouterCalls>(url));
    seen = { call: news.calls[0]?.number ?? seen.call, accounting: news.accounting[0]?.number ?? seen.accounting };
    const quiet = options.follow && linesOf(news).length === 0;
    if (!quiet) io.out(await render(news, options.output, () => logText(news, options.follow)));
    if (!options.follow) return exitCodes.success;
    await around.clock.sleep(betweenLooksMs, around.signal).catch(() => undefined);
    if (around.signal.aborted) return exitCodes.interrupted;
  }
}

function newSince(seen: { readonly call: number; readonly accounting: number }, all: RouterCalls): RouterCalls {
  return {
    router: all.router,
    calls: all.calls.filter(({ number }) => number > seen.call),
    accounting: all.accounting.filter(({ number }) => number > seen.accounting),
  };
}

function logText(news: RouterCalls, follow: boolean): string {
  const lines = linesOf(news).sort((a, b) => a.at - b.at);
  if (lines.length === 0) return `${printable(news.router)}: nothing yet since the daemon started\n`;
  const shown = lines.map(({ at, text }) => `${new Date(at).toISOString()} ${text}`);
  return `${follow ? '' : `${printable(news.router)}\n`}${shown.join('\n')}\n`;
}

function linesOf({ calls, accounting }: RouterCalls): { readonly at: number; readonly text: string }[] {
  return [
    ...calls.map((call) => ({ at: call.at, text: callText(call) })),
    ...accounting.map(({ at, durationMs, status, username = '', sessionId = '', result, error }) => ({
      at,
      text: join(`accounting ${status}`, printable(username), printable(sessionId), told(result, durationMs, error)),
    })),
  ];
}

function callText({ command, attributes, queries = [], result, rows, durationMs, error }: RouterCall): string {
  const words = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
  const came = rows === undefined ? '' : `${rows} rows`;
  return join(command, printable([...words, ...queries].join(' '), 300), came, told(result, durationMs, error));
}

function told(result: string, durationMs: number, error: string | undefined): string {
  const why = error === undefined ? '' : `: ${printable(error, 300)}`;
  return `→ ${result} in ${Math.round(durationMs)} ms${why}`;
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
