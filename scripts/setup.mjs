// What `npm start` and `npm test` need on a fresh clone: packages, types, build. Plain Node: nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`lastmile needs Node.js 20.19 or later; this is ${process.versions.node}`);
  process.exit(1);
}
const installed = join(root, 'node_modules', '.package-lock.json');
if (!existsSync(installed) || changedAt(join(root, 'package-lock.json')) > changedAt(installed)) {
  npm('installing packages', ['ci', '--no-audit', '--no-fund']);
}
if (!existsSync(join(root, 'src', 'model', 'generated'))) npm('generating types', ['run', '--silent', 'types']);
npm('building', ['run', '--silent', 'build']);

function changedAt(file) {
  return statSync(file).mtimeMs;
}

function npm(what, args) {
  console.error(`lastmile: ${what}`);
  // The script is npm's own when npm runs us: the same npm then goes on, on every system.
  const script = process.env.npm_execpath;
  const [command, first] = script === undefined ? ['npm', []] : [process.execPath, [script]];
  const { status } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
