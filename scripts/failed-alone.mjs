// Runs the files of tests that failed among the others by themselves, three times each: what fails alone as well is a fault of
// the change, what does not is told by name as unsteady. More than two files at once are nobody's bad luck. See docs/decisions/tools.md.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const most = 2;
const times = 3;

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = report.testResults.filter(({ status }) => status !== 'passed');
const named = failed.map((file) => ({
  path: relative(process.cwd(), file.name),
  titles: file.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
}));
// A run that ended without a failed test has another trouble: an error outside of tests, or no report at all.
if (named.length === 0 || named.some(({ titles }) => titles.length === 0)) process.exit(1);
if (named.length > most) {
  console.error(`tests of ${named.length} files failed: none is run again`);
  process.exit(1);
}
for (const { path } of named) {
  for (let time = 1; time <= times; time += 1) {
    console.log(`alone, ${time} of ${times}: ${path}`);
    const { status } = spawnSync('npx', ['vitest', 'run', path, '--maxWorkers=1'], { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
}
for (const { path, titles } of named) {
  for (const title of titles)
    console.error(`unsteady (failed among the others, passed ${times} times alone; mend it): ${path}: ${title}`);
}
