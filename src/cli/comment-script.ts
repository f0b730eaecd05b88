/**
 * Written into new repositories as `.lastmile/comment.mjs`: keeps one comment of a pull request up to date, at GitHub, GitLab,
 * Gitea and Forgejo. It stands alone: whoever has another forge changes it there.
 */
export const commentScript = `// node .lastmile/comment.mjs FILE: writes a file as the one comment of this pull request that begins with the same line.
import { readFileSync } from 'node:fs';

const { env } = process;
const body = readFileSync(process.argv[2], 'utf8');
const marker = body.split('\\n', 1)[0];
const isGitlab = env.CI_MERGE_REQUEST_IID !== undefined;
const token = env.LASTMILE_FORGE_TOKEN;
const { comments, one } = isGitlab ? gitlab() : github();

if (!token) {
  console.error('no comment is written: LASTMILE_FORGE_TOKEN is not set (pull requests from forks have none)');
  process.exit(0);
}
for (const { id } of await ours()) {
  // What only begins like ours cannot be changed by us.
  if (await ask(isGitlab ? 'PUT' : 'PATCH', one(id), [403, 404])) process.exit(0);
}
await ask('POST', comments);

function gitlab() {
  const all = \`\${env.CI_API_V4_URL}/projects/\${env.CI_PROJECT_ID}/merge_requests/\${env.CI_MERGE_REQUEST_IID}/notes\`;
  return { comments: all, one: (id) => \`\${all}/\${id}\` };
}

function github() {
  const { pull_request: pull, number = pull?.number } = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8'));
  const issues = \`\${env.GITHUB_API_URL}/repos/\${env.GITHUB_REPOSITORY}/issues\`;
  return { comments: \`\${issues}/\${number}/comments\`, one: (id) => \`\${issues}/comments/\${id}\` };
}

/** Comments that begin with the marker, oldest first. */
async function ours() {
  const found = new Map();
  for (let page = 1; page <= 50; page += 1) {
    const known = found.size;
    const all = await ask('GET', \`\${comments}?per_page=100&limit=100&page=\${page}&sort=\${isGitlab ? 'asc' : 'created'}\`);
    for (const each of all) found.set(each.id, each);
    // Some forges know no pages, and tell all each time.
    if (all.length === 0 || found.size === known) break;
  }
  return [...found.values()].filter((each) => String(each.body ?? '').startsWith(marker));
}

/** What the forge answers; undefined where it answers with one of these. */
async function ask(method, url, unless = []) {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'lastmile',
    ...(isGitlab ? { 'private-token': token } : { authorization: \`Bearer \${token}\` }),
  };
  const sent = method === 'GET' ? {} : { body: JSON.stringify({ body }) };
  for (let left = 3; ; left -= 1) {
    const answer = await fetch(url, { method, headers, redirect: 'error', ...sent });
    if (answer.ok) return await answer.json();
    if (unless.includes(answer.status)) return undefined;
    if (left === 0 || (answer.status < 500 && answer.status !== 429))
      throw new Error(\`\${method} \${new URL(url).pathname}: \${answer.status} \${(await answer.text()).slice(0, 300)}\`);
    await new Promise((done) => setTimeout(done, 2000));
  }
}
`;
