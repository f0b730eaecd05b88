import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseEndpoint } from '../daemon/listeners.ts';
import type { Endpoint } from '../model/kinds/radius.ts';

/** Of commands that look for the daemon of a state folder, or work in one. */
export function withState(command: Command): Command {
  return command.option('--state <dir>', 'state folder', './state');
}

/** Of commands that read declarations: `run` in program.ts hands it on. */
export const ageKeyFile = ['--age-key-file <file>', 'age keys that open what SOPS encrypted in declarations'] as const;

/** Of commands that judge commits. */
export const trustFile = [
  '--trust <file>',
  'a file of this machine that says who may sign commits, instead of what is declared',
] as const;

/** `--output`, the first of which is text. */
export function outputs(formats: readonly string[]): Option {
  return new Option('-o, --output <format>', formats.join(', ')).choices([...formats]).default('text');
}

/** For a terminal, programs, a comment of a pull request, a browser, and annotations of lines. */
export const planFormats = ['text', 'json', 'markdown', 'html', 'github'] as const;

export type PlanFormat = (typeof planFormats)[number];

/** @throws InvalidArgumentError when it is no whole number */
export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

/** @throws InvalidArgumentError when it is no number from 1 to 999999 */
export function count(text: string): number {
  const number = whole(text);
  if (number < 1 || number >= 1_000_000) throw new InvalidArgumentError('a number from 1 to 999999 is needed.');
  return number;
}

/** Of a flag that may be given several times. @throws InvalidArgumentError when it is no host:port and no socket */
export function endpoints(text: string, before: readonly Endpoint[] | undefined): readonly Endpoint[] {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new InvalidArgumentError('host:port is needed, or fd:N.');
  return [...(before ?? []), parsed];
}

/** Of a listener there is one of, without a default. @throws InvalidArgumentError when it is no host:port, or not the first */
export function onlyEndpoint(text: string, before: Endpoint | undefined): Endpoint {
  if (before !== undefined) throw new InvalidArgumentError('it is given once.');
  return endpoint(text);
}

/** @throws InvalidArgumentError when it is no host:port */
export function endpoint(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new InvalidArgumentError('host:port is needed.');
  if (parsed.fd !== undefined) throw new InvalidArgumentError('host:port is needed: it takes no socket handed over.');
  return parsed;
}
