import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { network } from './support.ts';

const run = promisify(execFile);
const built = (name: string): string =>
  JSON.stringify(new URL(`../../dist/rehearsal/${name}.js`, import.meta.url).href);

const kinds = [
  '    - dial: {subscriber: anna}\n    - wait: 9d\n      expect: {sessions: [{subscriber: anna}]}',
  '    - cut: {radius: true}\n    - dial: {subscriber: anna}\n      expect: {accept: true}',
];
const documents = Array.from(
  { length: 8 },
  (_, at) =>
    `---\napiVersion: lastmile/v1\nkind: Scenario\nmetadata: {name: s${at}}\nspec:\n  steps:\n${kinds[at % 2] ?? ''}\n`,
);

/** What it prints, in a process of its own: a thread is begun from what is built, and the sources as they are play in one alone. */
async function program(code: string): Promise<unknown> {
  const text = `
    import { openRepository } from ${built('repository')};
    import { rehearse } from ${built('rehearse')};
    const files = [{ path: 'isp.yaml', text: ${JSON.stringify(network + documents.join(''))} }];
    const { repository } = await openRepository(files, { env: {}, example: true });
    const play = (options) => rehearse(repository.scenarios, repository, { process: process.pid, ...options });
    ${code}`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', text]);
  return JSON.parse(stdout);
}

describe('scenarios in several threads', () => {
  it('come to the same, in the same order, as one after the other', async () => {
    const { alone, together, told } = (await program(`
      const told = [];
      const { signal } = new AbortController();
      const onResult = ({ scenario }) => told.push(scenario.name);
      const plain = ({ scenario, steps, failures, passedMs }) => [scenario.name, steps, failures.length, passedMs];
      const alone = (await play({ signal, threads: 1 })).map(plain);
      const together = (await play({ signal, threads: 2, onResult })).map(plain);
      console.log(JSON.stringify({ alone, together, told }));`)) as Record<string, readonly (readonly unknown[])[]>;

    expect(together).toEqual(alone);
    expect(together?.map(([, , failures]) => failures)).toEqual(documents.map((_, at) => at % 2));
    expect(told).toEqual(documents.map((_, at) => `s${at}`));
  });

  it('end when they are stopped', async () => {
    const ended = await program(`
      const stop = new AbortController();
      const onResult = () => stop.abort(new Error('enough'));
      const error = await play({ signal: stop.signal, threads: 2, onResult }).catch((each) => each);
      console.log(JSON.stringify(error.message));`);

    expect(ended).toBe('enough');
  });
});
