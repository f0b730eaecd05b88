import { commentScript } from './comment-script.ts';

/** Whose CI files are written. */
export type Forge = (typeof forges)[number];

export const forges = ['github', 'gitlab', 'gitea', 'forgejo'] as const;

/** The job, and what it writes its comment by. */
export function ciFiles(forge: Forge): readonly { readonly path: string; readonly text: string }[] {
  const path = forge === 'gitlab' ? '.gitlab-ci.yml' : `.${forge}/workflows/lastmile.yml`;
  const text = forge === 'gitlab' ? gitlab : workflow(forge);
  return [
    { path, text },
    { path: '.lastmile/comment.mjs', text: commentScript },
  ];
}

const install = 'npm install --global "$LASTMILE_PACKAGE"';

/** Steps that need neither a router nor a secret. @param range of commits that a pull request brings */
function checks(range: string, output: '' | ' -o github'): readonly string[] {
  return [
    `lastmile validate${output}`,
    'lastmile fmt --check .',
    'lastmile secrets check',
    whereDeclared('Policy', 'lastmile policy test'),
    `lastmile verify ${range} .${output}`,
    whereDeclared('Scenario', `lastmile test${output}`),
  ];
}

/** There may be none yet. */
function whereDeclared(kind: string, run: string): string {
  return `if grep -rqs "^kind: ${kind}" --include="*.y*ml" .; then ${run}; fi`;
}

/** Ends as the plan does, once the comment is written: what is refused is to be seen in it. */
const planSteps = [
  'if [ -n "$LASTMILE_DAEMON_URL" ] && [ -n "$LASTMILE_DAEMON_TOKEN" ]; then against=daemon',
  'elif [ -e .lastmile/fixture.json ]; then against=.lastmile/fixture.json',
  'else echo "no plan: set LASTMILE_DAEMON_URL and LASTMILE_DAEMON_TOKEN, or commit .lastmile/fixture.json"; exit 0; fi',
  'code=0',
  'lastmile plan . --against "$against" -o markdown > plan.md || code=$?',
  'if [ -s plan.md ]; then node .lastmile/comment.mjs plan.md; fi',
  'exit $code',
];

const settings = `  # The package, an address of one, or a file in this repository.
  LASTMILE_PACKAGE: lastmile
`;

const daemon = `          # A daemon plans by what it sees of the routers: the address of its admin API, and a token of the role viewer. Else
          # .lastmile/fixture.json is compared with, which lastmile plan --record writes where routers can be asked.
`;

function workflow(forge: Exclude<Forge, 'gitlab'>): string {
  // GitHub checks out what the merge would come to, the others what is to be merged.
  const range = forge === 'github' ? 'HEAD^1..HEAD^2' : '"origin/$GITHUB_BASE_REF..HEAD"';
  const [validate = '', ...rest] = checks(range, ' -o github');
  const begin = `    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          # Signatures are of all commits that a pull request brings.
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: ${install}
`;
  const step = (run: string): string =>
    `      - run: ${run.includes(': ') ? `'${run}'` : run}\n${run.startsWith('lastmile verify') ? "        if: github.event_name == 'pull_request'\n" : ''}`;
  return `name: lastmile
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
  pull-requests: write
env:
${settings}jobs:
  check:
${begin}${[validate, ...rest].map(step).join('')}  plan:
    if: github.event_name == 'pull_request'
${begin}      - name: plan
        env:
${daemon}          LASTMILE_DAEMON_URL: \${{ vars.LASTMILE_DAEMON_URL }}
          LASTMILE_DAEMON_TOKEN: \${{ secrets.LASTMILE_DAEMON_TOKEN }}
          LASTMILE_FORGE_TOKEN: \${{ secrets.GITHUB_TOKEN }}
        run: |
${planSteps.map((line) => `          ${line}\n`).join('')}`;
}

const gitlab = `variables:
${settings}  # Signatures are of all commits that a merge request brings.
  GIT_DEPTH: 0
default:
  image: node:20
lastmile:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ${install}
${checks('', '')
  .map((step) =>
    step.startsWith('lastmile verify')
      ? `    - 'if [ -n "$CI_MERGE_REQUEST_DIFF_BASE_SHA" ]; then lastmile verify "$CI_MERGE_REQUEST_DIFF_BASE_SHA..$CI_COMMIT_SHA" .; fi'\n`
      : `    - ${step.includes('"') ? `'${step}'` : step}\n`,
  )
  .join('')}plan:
  # Variables of the project, masked: LASTMILE_DAEMON_URL and LASTMILE_DAEMON_TOKEN (a token of the role viewer), by which a daemon
  # plans by what it sees of the routers; else .lastmile/fixture.json is compared with, which lastmile plan --record writes where
  # routers can be asked. LASTMILE_FORGE_TOKEN is a token of the project with the scope api: by it the comment is written.
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - ${install}
    - |
${planSteps.map((line) => `      ${line}\n`).join('')}`;
