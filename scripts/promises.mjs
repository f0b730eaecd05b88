// Writes docs/promises.md: every row of the promises with the tests that show it. A test shows a row when its title, or that
// of a `describe` around it, holds the row's id: it('IW-12: octets from the subscriber are upload', …).
// `--check` writes nothing and exits 1 when the file is stale.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = 'docs/promises.md';

const groups = [
  { prefix: 'SPL', rows: 29, about: 'Logins kept by the router itself, written through its API' },
  { prefix: 'IW', rows: 27, about: 'RADIUS authentication, accounting, CoA and Disconnect' },
  { prefix: 'IS', rows: 63, about: 'Hotspots and their portals, states of subscribers, several servers' },
  { prefix: 'OM', rows: 30, about: 'External portals of Omada controllers' },
];

/** A title: a text that is the first of several arguments. */
const title = /\(\s*(['"`])((?:\\.|(?!\1)[^\\\n])*)\1\s*,/g;
const id = new RegExp(`\\b(?:${groups.map(({ prefix }) => prefix).join('|')})-\\d+\\b`, 'g');

/** @returns every `{ id, file, title }` in test/, by file and place */
function findTests() {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `test/${name.split(sep).join('/')}`)
    .sort()
    .flatMap((file) => {
      const found = [...readFileSync(join(root, file), 'utf8').matchAll(title)].map(([, , text]) => text);
      return found.flatMap((text) => (text.match(id) ?? []).map((each) => ({ id: each, file, title: bare(text) })));
    });
}

/** Without the ids it begins with: they stand in the row. */
function bare(text) {
  return text.replace(/^(?:[A-Z]{2,3}-\d+[\s,]*)+:?\s*/, '').replace(/\\(['"`])/g, '$1');
}

/** The text docs/promises.md should have. @throws Error for ids that no row has */
export function promisesDocument(tests = findTests()) {
  const all = groups.flatMap(({ prefix, rows }) => idsOf(prefix, rows));
  const unknown = tests.filter((test) => !all.includes(test.id));
  if (unknown.length > 0)
    throw new Error(`no such row: ${unknown.map((test) => `${test.id} in ${test.file}`).join(', ')}`);
  const shown = new Set(tests.map((test) => test.id));
  return [
    '# Promises',
    '',
    '<!-- Written by `npm run promises` from the titles of the tests. -->',
    '',
    `What lastmile must do, row by row, and the tests that show it. ${shown.size} of ${all.length} rows have one; \`—\` has none yet.`,
    'A row may promise more than its tests show so far: the titles say what they cover.',
    ...groups.flatMap((group) => section(group, tests)),
    '',
  ].join('\n');
}

function section({ prefix, rows, about }, tests) {
  const lines = idsOf(prefix, rows).map((each) => `| ${each} | ${cell(tests.filter((test) => test.id === each))} |`);
  return ['', `## ${prefix}: ${about}`, '', '| row | shown by |', '|---|---|', ...lines];
}

function cell(tests) {
  if (tests.length === 0) return '—';
  const words = tests.map(({ file, title }) => `\`${file}\`: ${title.replaceAll('|', '\\|')}`);
  return [...new Set(words)].join('<br>');
}

function idsOf(prefix, rows) {
  return Array.from({ length: rows }, (_, index) => `${prefix}-${String(index + 1).padStart(2, '0')}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const text = promisesDocument();
  const path = join(root, output);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${output} is stale: npm run promises`);
    process.exit(1);
  }
}
