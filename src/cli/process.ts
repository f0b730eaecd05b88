import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { codeOf, messageOf } from '../base/errors.ts';
import { systemClock } from '../base/system-clock.ts';
import { exitCodes, type Io } from './io.ts';
import type { Surroundings } from './surroundings.ts';

/** What commands are given of the process and the machine. */
export async function surroundings(
  options: { readonly logLevel?: string },
  signal: AbortSignal,
): Promise<Surroundings> {
  const { pino } = await import('pino');
  const level = options.logLevel ?? 'warn';
  const destination = pino.destination({ dest: 2, sync: true });
  // A log that cannot be written must not end the daemon.
  destination.on('error', () => undefined);
  return {
    clock: systemClock,
    log: pino(
      { level, base: null, redact: redacted, formatters: { level: (label) => ({ level: label }) } },
      destination,
    ),
    fillRandom: (octets) => void randomFillSync(octets),
    random: Math.random,
    signal,
    ask: process.stdin.isTTY === true ? (question) => ask(question, signal) : undefined,
    version: version(),
  };
}

/** Standard output and error, and the environment. */
export function processIo(): Io {
  const noColor = process.env['NO_COLOR'] !== undefined || process.env['CI'] !== undefined;
  return {
    out: (text) => void process.stdout.write(text),
    drained: async () => {
      // Nobody may be reading any more: then what is left goes nowhere, quickly.
      if (process.stdout.writableNeedDrain && !process.stdout.destroyed)
        await once(process.stdout, 'drain').catch(() => undefined);
    },
    err: (text) => void process.stderr.write(text),
    env: process.env,
    color: process.stdout.isTTY === true && !noColor,
  };
}

/**
 * Nobody has to listen: a reader that went away (`| head`, the end of a log collector) ends neither a command nor the
 * daemon. Data that cannot be written otherwise, to a full disk, is told, and the command has failed.
 */
export function watchOutput(io: Io): { readonly failed: boolean } {
  const seen = { failed: false };
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE' || seen.failed) return;
    seen.failed = true;
    process.exitCode = exitCodes.error;
    io.err(`lastmile: cannot write the output: ${messageOf(error)}\n`);
  });
  return seen;
}

/** Of this package. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** A second net: secrets are `Secret` from the moment they are read, and print as such. */
const redacted = ['password', '*.password', 'secret', '*.secret', 'masterKey', '*.masterKey'];

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads, the terminal gives it Ctrl-C as a key.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await reader.question(question, { signal });
  } finally {
    reader.close();
  }
}
