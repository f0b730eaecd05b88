import { join } from 'node:path';
import { Child } from './child.ts';
import { DemoError } from './demo-error.ts';
import { type ProcessSurroundings, type Ran, runProcess } from './run-process.ts';

/** The shipped command. */
export interface Lastmile {
  /** A small shell script that runs the command as the tour does: for the person who watches. */
  readonly wrapper: string;
  run(...args: readonly string[]): Promise<Ran>;
  /** Runs a command with `-o json`. @throws DemoError when its exit code is not 0 */
  json<T>(...args: readonly string[]): Promise<T>;
  /** Starts one that stays, with its log in a file of that name. */
  stay(name: string, args: readonly string[]): Promise<{ readonly child: Child; readonly firstLine: string }>;
}

export interface LastmileSurroundings extends ProcessSurroundings {
  readonly entry: string;
  readonly logFolder: string;
}

export function lastmileIn(around: LastmileSurroundings, wrapper: string): Lastmile {
  const { entry, logFolder, ...surroundings } = around;
  const run: Lastmile['run'] = (...args) => runProcess(process.execPath, [entry, ...args], surroundings);
  return {
    wrapper,
    run,
    async json<T>(...args: readonly string[]): Promise<T> {
      const { code, out, err } = await run(...args, '-o', 'json');
      if (code !== 0) throw new DemoError(`lastmile ${args.join(' ')}: exit code ${code}\n${err}${out}`.trimEnd());
      return JSON.parse(out) as T;
    },
    stay: (name, args) =>
      Child.start({
        ...surroundings,
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

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
