import { availableParallelism } from 'node:os';
import { type Issue, sortIssues } from '../manifest/issue.ts';
import { locateProblems } from '../manifest/locate-problems.ts';
import { rehearse } from '../rehearsal/rehearse.ts';
import { openRepository } from '../rehearsal/repository.ts';
import type { ScenarioResult } from '../rehearsal/run-scenario.ts';
import { complain } from './complain.ts';
import { readDeclared, tellIssues } from './declared.ts';
import { exitCodes, type Io } from './io.ts';
import { isExample } from './is-example.ts';
import { environmentOf } from './secret-env.ts';
import type { Surroundings } from './surroundings.ts';
import { type TestFormat, testLine, testReport } from './test-report.ts';

export interface TestOptions {
  readonly output: TestFormat;
  readonly secrets?: string;
  readonly rev?: string;
  /** Only scenarios whose name holds one of these. */
  readonly only: readonly string[];
  readonly list?: boolean;
}

/** More would read everything once more each, and wait for one another's memory. */
const mostThreads = 8;

/** `lastmile test DIR`: plays its scenarios on simulated routers. Resolves with the exit code. */
export async function testCommand(dir: string, options: TestOptions, io: Io, around: Surroundings): Promise<number> {
  const declared = await readDeclared(dir, options.rev);
  const env = environmentOf(dir, io);
  const secretsDir = options.secrets === undefined ? {} : { secretsDir: options.secrets };
  const { repository, issues } = await openRepository(declared.files, { env, example: isExample(dir), ...secretsDir });
  if (repository === undefined) {
    tellIssues(declared.files, issues, io);
    return exitCodes.invalid;
  }
  const { only } = options;
  const { scenarios } = repository;
  const wanted = scenarios.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  if (wanted.length === 0) return nothingToPlay(dir, scenarios.length, io);
  if (options.list === true) {
    for (const { name, origin } of wanted) io.out(`${name}  ${origin.file}:${origin.line}\n`);
    return exitCodes.success;
  }
  const began = around.clock.monotonic();
  const results = await rehearse(wanted, repository, {
    ...{ signal: around.signal, process: process.pid, threads: Math.min(mostThreads, availableParallelism()) },
    onResult: (result) => {
      if (options.output === 'text') io.out(testLine(result, io.color));
    },
  });
  const texts = new Map(declared.files.map(({ path, text }) => [path, text]));
  const tookMs = around.clock.monotonic() - began;
  const found = results.map((result) => ({ ...result, issues: issuesOf(result, declared.files) }));
  io.out(testReport({ results: found, texts, tookMs }, options.output, io.color));
  return found.every((each) => each.issues.length === 0) ? exitCodes.success : exitCodes.error;
}

/** Failures with their places in the file. */
function issuesOf(
  { scenario, failures }: ScenarioResult,
  files: Parameters<typeof locateProblems>[1],
): readonly Issue[] {
  const problems = failures.map((failure) => ({
    ...failure,
    severity: 'error' as const,
    code: 'LM_NOT_AS_EXPECTED',
    place: scenario,
  }));
  return sortIssues(locateProblems(problems, files, new Map()));
}

function nothingToPlay(dir: string, declared: number, io: Io): number {
  const why = declared === 0 ? 'no Scenario is declared' : `none of ${declared} scenarios is called so`;
  complain(new Error(`${dir}: ${why}`), io);
  return exitCodes.error;
}
