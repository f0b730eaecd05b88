import { join } from 'node:path';
import { Child, type StartedChild } from './child.ts';
import { DemoError } from './demo-error.ts';
import { type ProcessSurroundings, type Ran, runProcess } from './run-process.ts';

/** The shipped command. */
export interface Lastmile {
  /** How the person who watches runs the same: a small script, by its path as it is typed. */
  readonly typed: string;
  run(...args: readonly string[]): Promise<Ran>;
  /** Runs a command with `-o json`. @throws DemoError when its exit code is not 0 */
  json<T>(...args: readonly string[]): Promise<T>;
  /** Starts one that stays, with its log in a file of that name. */
  stay(name: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<StartedChild>;
}

export interface LastmileSurroundings extends ProcessSurroundings {
  readonly entry: string;
  readonly logFolder: string;
}

export function lastmileIn(around: LastmileSurroundings, wrapper: string): Lastmile {
  const { entry, logFolder, ...surroundings } = around;
  const run: Lastmile['run'] = (...args) => runProcess(process.execPath, [entry, ...args], surroundings);
  return {
    typed: quoted(wrapper),
    run,
    async json<T>(...args: readonly string[]): Promise<T> {
      const { code, out, err } = await run(...args, '-o', 'json');
      if (code !== 0) throw new DemoError(`lastmile ${args.join(' ')}: exit code ${code}\n${err}${out}`.trimEnd());
      return JSON.parse(out) as T;
    },
    stay: (name, args, env = {}) =>
      Child.start({
        ...surroundings,
        env: { ...surroundings.env, ...env },
        name,
        command: process.execPath,
        args: [entry, ...args],
        logPath: join(logFolder, `${name}.log`),
      }),
  };
}

/** Text of a script that is `lastmile`, in this folder and with these variables. */
export function shellWrapper(entry: string, cwd: string, variables: Readonly<Record<string, string>>): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const command = `exec ${quoted(process.execPath)} ${quoted(entry)} "$@"`;
  return ['#!/bin/sh', ...exports, `cd ${quoted(cwd)} || exit 1`, command, ''].join('\n');
}

/** A word for a shell. */
export function quoted(text: string): string {
  return /^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
