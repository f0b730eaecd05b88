import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Adopted, adoptRouter } from '../adopt/adopt-router.ts';
import { clearSecrets } from '../adopt/clear-secrets.ts';
import { configMenus, configSettings, otherMenus } from '../adopt/config-menus.ts';
import { isDeclaredAs, namesIn, operatorIn, routerIn } from '../adopt/declared.ts';
import type { Declared } from '../adopt/draft.ts';
import { type RouterPlace, sectionsOf } from '../adopt/files.ts';
import { variableName } from '../adopt/names.ts';
import { type Picture, takePicture } from '../adopt/picture.ts';
import type { SecretStyle, StoredSecrets } from '../adopt/secrets.ts';
import { summaryOf } from '../adopt/summary.ts';
import { mapOf, type NodeMap, yamlText } from '../adopt/yaml-text.ts';
import { parseMac } from '../base/mac.ts';
import { Secret } from '../base/secret.ts';
import { planTargets } from '../daemon/targets/plan-targets.ts';
import { RouterPool } from '../daemon/targets/router-pool.ts';
import { hasErrors } from '../manifest/issue.ts';
import { type FileCache, loadManifest, type Manifest, type ManifestFile } from '../manifest/load-manifest.ts';
import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';
import { checkAttribute, hidesValue } from '../radius/dictionary/check-attribute.ts';
import type { PlanDocument } from '../reconcile/plan.ts';
import { allMenus } from '../routeros/all-menus.ts';
import { connectRouterOs } from '../routeros/connection.ts';
import { secretResolver } from '../secrets/secret-resolver.ts';
import { readFolder } from '../source/folder.ts';
import { sealRulesPath } from '../source/selection.ts';
import { StoredInventory } from '../status/stored-inventory.ts';
import { complain } from './complain.ts';
import { tellIssues } from './declared.ts';
import { exitCodes, type Io } from './io.ts';
import { isExample } from './is-example.ts';
import { environmentOf } from './secret-env.ts';
import type { Surroundings } from './surroundings.ts';
import { writeImport } from './write-import.ts';

export interface ImportOptions {
  readonly out?: string;
  /** Folder of `{file: …}` secrets. */
  readonly secrets?: string;
  readonly secretsAs: SecretStyle;
  /** `host` or `host:port` of a router that is not declared. */
  readonly address?: string;
  readonly username?: string;
  readonly passwordEnv?: string;
  readonly tls?: 'ca' | 'pinned' | 'insecure';
  readonly fingerprint?: string;
}

/** `lastmile import ROUTER [DIR]`: a router as it is, as declarations of which the next plan is empty. */
export async function importCommand(
  router: string,
  dir: string,
  options: ImportOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const refused = misuse(router, options);
  if (refused !== undefined) return usage(refused, io);
  const env = environmentOf(dir, io);
  const site = await siteOf(router, dir, options, env, io);
  if (typeof site === 'number') return site;
  const { picture, adopted } = await adopt(site, options, around);
  if (adopted.issues.length > 0) {
    tellIssues([...site.files, ...adopted.files], adopted.issues, io);
    return exitCodes.invalid;
  }
  const unreachable = adopted.plan?.targets.find(({ state }) => state === 'unreachable');
  if (unreachable !== undefined) {
    complain(new Error(`${router}: ${unreachable.reason ?? 'it did not answer'}; nothing was written`), io);
    return exitCodes.error;
  }
  const written = await writeImport(site.root, {
    ...site,
    ...adopted,
    style: options.secretsAs,
    secretsDir: options.secrets,
  });
  for (const line of [...summaryOf(picture, adopted, router), ...restLines(adopted.plan), ...written])
    io.out(`${line}\n`);
  for (const { at, word } of clearSecrets(adopted.files))
    complain(new Error(`${at}: ${word}… looks like a secret in clear text: look before you commit it`), io);
  return exitCodes.success;
}

function misuse(router: string, { address, username, secretsAs, secrets }: ImportOptions): string | undefined {
  if (!/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(router) || router.length > 63)
    return `"${router}" cannot be the name of a router: lower-case letters, digits, dots, dashes and underscores`;
  if (address !== undefined && username === undefined) return '--address needs --username and --password-env';
  return secretsAs === 'file' && secrets === undefined ? '--secrets-as file needs --secrets DIR' : undefined;
}

function usage(message: string, io: Io): number {
  complain(new Error(message), io);
  return exitCodes.usage;
}

/** Where an import reads and writes. */
interface Site {
  readonly router: Router;
  readonly root: string;
  readonly place: RouterPlace;
  readonly folder: string;
  /** What is declared there, without the file that `place` changes. */
  readonly files: readonly ManifestFile[];
  /** Documents that go there with the router. */
  readonly more: readonly ManifestFile[];
  readonly declared: Declared;
  readonly load: (files: readonly ManifestFile[], secrets: StoredSecrets) => Manifest;
  /** The router's password, where it is moved out as well. */
  readonly apiSecret: StoredSecrets;
}

async function siteOf(
  name: string,
  dir: string,
  options: ImportOptions,
  env: Io['env'],
  io: Io,
): Promise<Site | number> {
  const here = existsSync(dir) ? await declarationsIn(dir) : [];
  const found = routerIn(here, name);
  if (found === undefined && options.address === undefined) {
    complain(
      new Error(
        `no Router ${name} is declared in ${dir}; of one that is not, say --address, --username and --password-env`,
      ),
      io,
    );
    return exitCodes.usage;
  }
  if (found !== undefined && options.address !== undefined)
    return usage(`${name} is declared at ${found.file.path}: leave --address out`, io);
  if (found === undefined && options.passwordEnv !== undefined && env[options.passwordEnv] === undefined)
    return usage(`--password-env names ${options.passwordEnv}, and there is no such variable`, io);
  if (found === undefined && options.passwordEnv === undefined && env[variableName(name, 'api')] === undefined)
    return usage('--address needs --password-env, the name of the variable with the password', io);
  if (found !== undefined && !isDeclaredAs(found, 'observe')) {
    complain(
      new Error(
        `${found.file.path} declares ${name} with another mode than observe: its rows would be taken over at once. Say mode: observe first`,
      ),
      io,
    );
    return exitCodes.refused;
  }
  const inside = isInside(dir, options.out);
  const root = inside ? dir : resolve(options.out ?? dir);
  const beside = inside ? here : existsSync(root) ? await declarationsIn(root) : [];
  const dialled =
    found === undefined
      ? dialledBy(name, options, env)
      : { spec: found.spec, secrets: inside ? new Map<string, string>() : besideOnly(found, here, env, io) };
  const place: RouterPlace =
    found !== undefined && inside ? { kind: 'declared', file: found.file } : { kind: 'new', spec: dialled.spec };
  const operator = !inside && operatorIn(beside) === undefined ? operatorIn(here) : undefined;
  const more = operator === undefined ? [] : [{ path: 'operator.yaml', text: operator }];
  const files =
    place.kind === 'declared' ? beside.filter(({ path }) => path !== place.file.path) : [...beside, ...more];
  const load = loader(env, options, isExample(root));
  const bare = load([...files, bareFile(name, place)], dialled.secrets);
  if (bare.model === undefined || hasErrors(bare.issues)) {
    tellIssues([...files, bareFile(name, place)], bare.issues, io);
    return exitCodes.invalid;
  }
  const router = bare.model.routers.find((each) => each.name === name);
  if (router?.api === undefined) return usage(`${name} has no api: declare how it is reached`, io);
  return {
    router,
    root,
    place,
    folder: inside ? folderBelow(dir, options.out) : '',
    files,
    more,
    declared: declaredBefore(bare.model, [...files, bareFile(name, place)], router, env),
    load,
    apiSecret: dialled.secrets,
  };
}

async function declarationsIn(dir: string): Promise<readonly ManifestFile[]> {
  return (await readFolder(dir)).files.filter(({ path }) => path !== sealRulesPath);
}

/** Secrets that the router's declaration names and only the file beside it has: they go where it goes. */
function besideOnly(
  { spec }: { readonly spec: NodeMap },
  files: readonly ManifestFile[],
  env: Io['env'],
  io: Io,
): StoredSecrets {
  const named = `${JSON.stringify(spec)} ${operatorIn(files) ?? ''}`.match(/LASTMILE_SECRET_[A-Za-z0-9_]+/g) ?? [];
  return new Map(
    named.flatMap((name) => {
      const value = io.env[name] === undefined ? env[name] : undefined;
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function bareFile(name: string, place: RouterPlace): ManifestFile {
  if (place.kind === 'declared') return place.file;
  const document = { apiVersion: 'lastmile/v1', kind: 'Router', metadata: { name }, spec: place.spec };
  return { path: `routers/${name}.yaml`, text: yamlText(document).text };
}

/** How a router is reached that is not declared. A password in a variable that no document may name is moved out. */
function dialledBy(
  name: string,
  { address = '', username = '', passwordEnv = '', tls, fingerprint }: ImportOptions,
  env: Io['env'],
): { readonly spec: NodeMap; readonly secrets: StoredSecrets } {
  const [, host = address, port] = /^(.*[^:]):(\d+)$/.exec(address) ?? [];
  const nameable = passwordEnv.startsWith('LASTMILE_SECRET_');
  const variable = nameable ? passwordEnv : variableName(name, 'api');
  const password = env[passwordEnv];
  const mode = tls ?? (fingerprint === undefined ? undefined : 'pinned');
  return {
    spec: {
      address: host,
      api: {
        port: port === undefined ? undefined : Number(port),
        tls: mode === undefined ? undefined : mapOf({ mode, fingerprint }),
        username,
        password: { env: variable },
      },
    },
    secrets: new Map(nameable || password === undefined ? [] : [[variable, password]]),
  };
}

function isInside(dir: string, out: string | undefined): boolean {
  if (out === undefined) return true;
  const below = relative(resolve(dir), resolve(out));
  return below.split(sep)[0] !== '..' && !isAbsolute(below);
}

function folderBelow(dir: string, out: string | undefined): string {
  const below = out === undefined ? '' : relative(resolve(dir), resolve(out)).split(sep).join('/');
  return below === '' ? '' : `${below}/`;
}

/** Reads declarations as `plan` does, with secrets that are still to be written. */
function loader(env: Io['env'], { secrets: folder, secretsAs }: ImportOptions, example: boolean): Site['load'] {
  const cache: FileCache = new Map();
  return (files, secrets) => {
    const moved = Object.fromEntries(secrets);
    const base = secretResolver({
      env: { ...env, ...moved },
      ...(folder === undefined ? {} : { folder }),
    });
    const file = (path: string) => {
      const value = secretsAs === 'file' ? secrets.get(path) : undefined;
      return value === undefined ? base.file(path) : { result: 'found' as const, secret: new Secret(value) };
    };
    return loadManifest(files, {
      secrets: { ...base, file },
      attributeCheck: checkAttribute,
      attributeHides: hidesValue,
      mode: 'use',
      cache,
      example,
    });
  };
}

function declaredBefore(model: Model, files: readonly ManifestFile[], router: Router, env: Io['env']): Declared {
  const own = routerIn(files, router.name);
  return {
    operator: model.operator.name,
    services: model.services,
    usernames: [
      ...model.subscriptions.flatMap(({ username }) => username ?? []),
      ...[...configValues(router, '/ppp/secret', 'name'), ...configValues(router, '/ip/hotspot/user', 'name')],
    ],
    macs: [
      ...model.subscriptions.flatMap(({ macs }) => macs),
      ...configValues(router, '/ip/dhcp-server/lease', 'mac-address').flatMap((text) => parseMac(text) ?? []),
    ],
    addresses: model.subscriptions.flatMap(({ address }) => address ?? []),
    router,
    names: namesIn(files),
    sections: own === undefined ? new Set() : sectionsOf(own.file.text, router.name),
    secrets: new Set(Object.keys(env)),
  };
}

/** What rows of a menu say of a field in `config` of the router. */
function configValues({ config = [] }: Router, path: string, field: string): readonly string[] {
  return config.flatMap((menu) => {
    if (menu.path !== path || menu.kind !== 'rows') return [];
    return menu.rows.flatMap(({ fields }) => {
      const value = fields[field];
      return typeof value === 'string' ? [value] : [];
    });
  });
}

async function adopt(
  site: Site,
  { secretsAs }: ImportOptions,
  around: Surroundings,
): Promise<{ readonly picture: Picture; readonly adopted: Adopted }> {
  const { router, apiSecret } = site;
  const paths = [...new Set([...allMenus.map(({ path }) => path), ...configMenus, ...configSettings, ...otherMenus])];
  const picture = await pictureOf(
    router,
    paths.filter((path) => path !== '/file'),
    around,
  );
  await using routers = new RouterPool(around);
  const adopted = await adoptRouter(picture, {
    ...site,
    router: router.name,
    managed: new Map(allMenus.map((menu) => [menu.path, menu])),
    secrets: secretsAs,
    load: (files, secrets) => site.load(files, new Map([...apiSecret, ...secrets])),
    plan: (model) => planOf(routers, model, router.name, around),
  });
  return { picture, adopted };
}

async function pictureOf(
  { name, address, api }: Router,
  paths: readonly string[],
  { signal }: Surroundings,
): Promise<Picture> {
  if (api === undefined) throw new TypeError(`router ${name} has no api`);
  await using session = await connectRouterOs({ router: name, host: address, ...api, signal });
  return await takePicture(session, name, ['/system/identity', '/system/ntp/client', '/ip/address', ...paths], signal);
}

function planOf(
  routers: RouterPool,
  model: Model,
  name: string,
  { signal, clock }: Surroundings,
): Promise<PlanDocument> {
  return planTargets(
    routers.targets(model).filter((target) => target.name === name),
    {
      model,
      revision: 'import',
      inventory: StoredInventory.empty(),
      now: clock.now(),
      signal,
      lastRevision: () => undefined,
      sessionsKnown: false,
    },
  );
}

/** What the next plan has all the same: of what was declared before. */
function restLines(plan: PlanDocument | undefined): readonly string[] {
  const count = plan?.changes.length ?? 0;
  const refusals = (plan?.refusals ?? []).map(({ message }) => `✗ ${message}`);
  if (count === 0) return [...refusals, ...(refusals.length === 0 ? ['The next plan of it is empty.'] : [])];
  return [
    ...refusals,
    `The next plan of it has ${count} changes, by what was declared before: lastmile plan shows them.`,
  ];
}
