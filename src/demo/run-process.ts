import { execFile } from 'node:child_process';
import { DemoError } from './demo-error.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ProcessSurroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const maxOctets = 16 * 1024 * 1024;
const longestMs = 30_000;

/**
 * Runs a program to its end, whatever its exit code.
 *
 * @throws DemoError when it cannot be started, is killed, or takes over 30 s
 */
export function runProcess(command: string, args: readonly string[], around: ProcessSurroundings): Promise<Ran> {
  const limits = { maxBuffer: maxOctets, timeout: longestMs, encoding: 'utf8' } as const;
  return new Promise((resolve, reject) => {
    execFile(command, args, { ...around, ...limits }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') return resolve({ code, out, err });
      reject(new DemoError(`${command} ${args.join(' ')}: ${error?.message ?? ''}`, { cause: error }));
    });
  });
}
