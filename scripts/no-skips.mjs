// Fails when a test was skipped: in CI every peer is installed, so a skip hides something. Prints the closing count.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap((file) => file.assertionResults);
const count = (...statuses) => tests.filter((test) => statuses.includes(test.status)).length;
const skipped = tests.filter((test) => ['pending', 'skipped', 'todo', 'disabled'].includes(test.status));
for (const test of skipped) console.error(`skipped: ${test.fullName}`);
console.log(`${count('passed')} passed, ${count('failed')} failed, ${skipped.length} skipped`);
if (skipped.length > 0 || count('passed') === 0) process.exit(1);
