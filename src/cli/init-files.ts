import { ciFiles, type Forge } from './init-ci.ts';
import { schemaFiles } from './schema.ts';

interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly isProgram?: boolean;
}

/** Every file of a new repository: declarations that are valid as they are, and what editors, git and CI need beside them. */
export function newRepository(forge: Forge | undefined): readonly NewFile[] {
  return [
    ...declarations,
    { path: '.gitignore', text: '# Secrets and state of this machine.\n.lastmile.env\nstate/\n' },
    { path: '.githooks/pre-commit', text: hook, isProgram: true },
    { path: '.vscode/settings.json', text: json(settings) },
    { path: '.vscode/extensions.json', text: json({ recommendations: ['redhat.vscode-yaml'] }) },
    ...schemaFiles().map(([name, text]) => ({ path: `.lastmile/schemas/${name}`, text })),
    ...(forge === undefined ? [] : ciFiles(forge)),
  ];
}

const settings = {
  'yaml.schemas': { '.lastmile/schemas/lastmile.schema.json': ['*.yaml', '!.*/**'] },
  'yaml.format.enable': false,
};

const hook = `#!/bin/sh
# Refuses secrets in clear text and keys. Switched on once: git config core.hooksPath .githooks
exec lastmile secrets check --staged
`;

function modeline(depth: string, kind: string): string {
  return `# yaml-language-server: $schema=${depth}.lastmile/schemas/${kind}.schema.json\n`;
}

const declarations: readonly NewFile[] = [
  {
    path: 'operator.yaml',
    text: `${modeline('', 'operator')}apiVersion: lastmile/v1
kind: Operator
metadata: {name: my-isp}
spec:
  timezone: Africa/Nairobi
  # All secrets below follow from this one; keep it outside of git: openssl rand -base64 32
  masterKey: {env: LASTMILE_SECRET_MASTER}
  radius:
    # Where routers reach this server.
    servers: [{name: main, address: 192.0.2.10}]
`,
  },
  {
    path: 'routers/gateway.yaml',
    text: `${modeline('../', 'router')}apiVersion: lastmile/v1
kind: Router
metadata: {name: gateway}
spec:
  address: 192.0.2.1
  # Only planned, until you say apply.
  mode: plan
  api: {username: lastmile, password: {env: LASTMILE_SECRET_GATEWAY}}
  radius:
    secret: {derive: 1}
  pools:
    - {name: home, ranges: [10.0.0.2-10.0.0.199], static: [10.0.0.200-10.0.0.254]}
  ppp:
    servers: [{interface: ether2, name: internet}]
    localAddress: 10.0.0.1
    dns: [9.9.9.9]
`,
  },
  {
    path: 'services/home.yaml',
    text: `${modeline('../', 'service')}apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec:
  title: Home 20
  access: [pppoe]
  rate: {down: 20M, up: 5M}
  address: {pool: home}
`,
  },
  {
    path: 'subscribers/north.yaml',
    text: `${modeline('../', 'subscriber-list')}apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: north}
defaults: {service: home, password: {derive: 1}}
items:
  - {name: anna, username: anna}
  # A fixed address, from the static part of the pool.
  - {name: ben, username: ben, address: 10.0.0.200}
`,
  },
];

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
