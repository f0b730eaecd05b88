import type { Secret } from '../../src/base/secret.ts';
import { type LoadOptions, loadManifest, type Manifest } from '../../src/manifest/load-manifest.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

export const secretEnvironment = { LASTMILE_SECRET_MASTER: 'a master key of at least 32 octets!' };

/** Loads documents given as `{ path: text }`, as an example so that clear-text secrets are quiet. */
export function load(files: Readonly<Record<string, string>>, options: Partial<LoadOptions> = {}): Manifest {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return loadManifest(list, {
    secrets: secretResolver({ env: secretEnvironment }),
    mode: 'use',
    example: true,
    ...options,
  });
}

/** The model of documents that must be valid. */
export function modelOf(files: Readonly<Record<string, string>>, options: Partial<LoadOptions> = {}): Model {
  const { model, issues } = load(files, options);
  if (model === undefined) throw new Error(`not valid:\n${lines({ issues }).join('\n')}`);
  return model;
}

/** `file:line:column severity CODE message` of every finding. */
export function lines({ issues }: Pick<Manifest, 'issues'>): readonly string[] {
  return issues.map(
    ({ file, line, column, severity, code, message }) => `${file}:${line}:${column} ${severity} ${code} ${message}`,
  );
}

export function errorsOf(manifest: Manifest): readonly string[] {
  return lines({ issues: manifest.issues.filter(({ severity }) => severity === 'error') });
}

export function codesOf({ issues }: Manifest): readonly string[] {
  return issues.map(({ code }) => code);
}

export function subscription(model: Model, id: string): Subscription {
  const found = model.subscriptions.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no subscription ${id}`);
  return found;
}

export function revealed(secret: Secret | undefined): string | undefined {
  return secret?.reveal();
}

export const operator = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec:
  masterKey: {env: LASTMILE_SECRET_MASTER}
  radius:
    servers: [{name: main, address: 192.0.2.1}]
`;

export function document(kind: string, name: string, spec: string): string {
  const indented = spec
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `apiVersion: lastmile/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${indented}\n`;
}

export const router = document(
  'Router',
  'core-1',
  `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
radius: {secret: {derive: 1}}
pools:
  - name: home
    ranges: [10.0.0.2-10.0.0.199]
    static: [10.0.0.200/29, 10.0.0.250]`,
);

export const service = document(
  'Service',
  'home-20',
  'access: [pppoe]\nrate: {down: 20M, up: 5M}\naddress: {pool: home}',
);
