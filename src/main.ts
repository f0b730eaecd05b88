#!/usr/bin/env node
const argv = process.argv.slice(2);
// A pre-commit hook is waited for each time: what all other commands need takes longer to load than the check to run.
process.exitCode =
  argv.join(' ') === 'secrets check --staged'
    ? await (await import('./cli/secrets-check.ts')).checkStagedHere()
    : await (await import('./cli/program.ts')).main(argv);
