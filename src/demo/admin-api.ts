import { get } from 'node:http';
import { DemoError } from './demo-error.ts';

const longestMs = 10_000;

/**
 * Asks the daemon on its Unix socket, as `curl --unix-socket` would: much quicker than a command, so it serves to wait.
 *
 * @throws DemoError when nobody answers, or answers with an error
 */
export function askDaemon<T>(socketPath: string, path: string, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new DemoError(`GET ${path}: ${error.message}`, { cause: error }));
    const request = get({ socketPath, path, signal, timeout: longestMs }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (answer.statusCode !== 200) return fail(new Error(`status ${answer.statusCode}: ${text}`));
        resolve(JSON.parse(text) as T);
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', fail);
  });
}
