import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { Forge as ForgeName } from '../../src/cli/init-ci.ts';
import { newRepository } from '../../src/cli/init-files.ts';
import type { Forge } from './forge.ts';
import type { Ran } from './lastmile.ts';

const main = join(import.meta.dirname, '../../dist/main.js');

interface Step {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a runner would run: the steps of both jobs, as they stand in the file. */
export function stepsOf(forge: ForgeName): { readonly check: readonly string[]; readonly plan: readonly string[] } {
  const file = newRepository(forge).find(({ path }) => /workflows|gitlab-ci/.test(path));
  const text = file?.text ?? '';
  if (forge === 'gitlab') {
    const jobs = parse(text) as Readonly<Record<'lastmile' | 'plan', { readonly script: readonly string[] }>>;
    return { check: jobs.lastmile.script, plan: jobs.plan.script };
  }
  const { jobs } = parse(text) as { jobs: Readonly<Record<'check' | 'plan', { readonly steps: readonly Step[] }>> };
  const runs = (steps: readonly Step[]) => steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
  return { check: runs(jobs.check.steps), plan: runs(jobs.plan.steps) };
}

/** A checkout, and a shell in it that finds `lastmile`. */
export class Runner {
  readonly dir: string;
  readonly #env: Record<string, string>;

  constructor(dir: string, home: string) {
    this.dir = dir;
    const bin = join(home, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'lastmile'), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, { mode: 0o755 });
    this.#env = { HOME: home, PATH: `${bin}:${process.env['PATH']}` };
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  /** As runners do: it ends with the first command that fails. */
  async run(step: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const child = spawn('sh', ['-e', '-c', step], { cwd: this.dir, env: { ...this.#env, ...env } });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out: out.join(''), err: err.join('') };
  }

  git(...args: readonly string[]): string {
    const person = ['-c', 'user.name=Op', '-c', 'user.email=op@isp.example'];
    return execFileSync('git', ['-C', this.dir, ...person, ...args], { encoding: 'utf8', env: this.#env });
  }
}

/** What the forge tells its jobs. */
export function surroundings(
  forge: ForgeName,
  at: Forge,
  token: string,
  runner: Runner,
): Readonly<Record<string, string>> {
  const shared = { LASTMILE_FORGE_TOKEN: token };
  if (forge === 'gitlab') return { ...shared, CI_API_V4_URL: at.url, CI_PROJECT_ID: '7', CI_MERGE_REQUEST_IID: '3' };
  runner.write('event.json', JSON.stringify({ pull_request: { number: 3 } }));
  const event = join(runner.dir, 'event.json');
  return { ...shared, GITHUB_API_URL: at.url, GITHUB_REPOSITORY: 'acme/isp', GITHUB_EVENT_PATH: event };
}
