// Runs every bench, or those named on the command line, one after the other, and ends with all their figures.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from '../bench/shared/report.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const all = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => basename(file, '.mjs'));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));

if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}. There are: ${all.join(', ')}`);
  process.exit(64);
}
if (!existsSync(join(root, 'dist', 'base'))) {
  console.error('benches measure dist/: run "npm run build" first');
  process.exit(1);
}

const results = [];
for (const name of wanted.length > 0 ? wanted : all) {
  console.error(`\n── ${name} ──`);
  results.push(await run(name));
}
console.log('\nall figures of this run (compare ratios, not machines)');
for (const { bench, rows, failed } of results) console.log(`\n${bench}\n${failed ?? table(rows)}`);
if (results.some(({ failed }) => failed !== undefined)) process.exitCode = 1;

/** Passes the bench's output on and keeps its last line. */
async function run(bench) {
  const child = spawn(process.execPath, [join(root, 'bench', `${bench}.mjs`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += chunk;
    process.stdout.write(chunk);
  }
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)));
  if (code !== 0) return { bench, rows: [], failed: `  failed with exit code ${code}` };
  return { bench, rows: JSON.parse(output.trimEnd().split('\n').at(-1) ?? '{}').rows };
}
