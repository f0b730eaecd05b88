import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../src/base/system-clock.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { lastmile } from '../support/lastmile.ts';
import { TempFolder } from '../support/temp-folder.ts';

const examples = join(import.meta.dirname, '../../examples');
const names = (await readdir(examples, { withFileTypes: true })).filter((each) => each.isDirectory());

interface Declared {
  readonly kind: string;
  readonly spec: {
    readonly api: { readonly username: string; readonly password: string | { readonly env: string } };
    readonly ppp?: { readonly servers: readonly unknown[] };
    readonly dhcp?: readonly unknown[];
    readonly hotspots?: readonly unknown[];
  };
}

interface Simulated {
  readonly router: SimulatedRouterOs;
  /** How many servers of each kind it is to have. */
  readonly servers: Readonly<Record<string, number>>;
}

/** Every variable an example reads its secrets from, with a value. */
function secretsOf(texts: readonly string[]): Record<string, string> {
  const names = texts.flatMap((text) => text.match(/LASTMILE_SECRET_\w+/g) ?? []);
  return Object.fromEntries(names.map((name) => [name, `value-of-${name}-in-this-test`]));
}

async function yamlFiles(dir: string): Promise<readonly string[]> {
  const files = await readdir(dir, { recursive: true });
  return files.filter((file) => file.endsWith('.yaml')).map((file) => join(dir, file));
}

/** Starts a simulated router for every router declared in these files, and declares its address instead. */
async function simulate(files: readonly string[], secrets: Record<string, string>): Promise<readonly Simulated[]> {
  const routers: Simulated[] = [];
  for (const file of files) {
    const documents = parseAllDocuments(await readFile(file, 'utf8'));
    for (const document of documents) {
      const { kind, spec } = document.toJS() as Declared;
      if (kind !== 'Router') continue;
      const { api, ppp, dhcp, hotspots } = spec;
      const { username: name, password } = api;
      const users = [{ name, password: typeof password === 'string' ? password : (secrets[password.env] ?? '') }];
      const router = await SimulatedRouterOs.start({ clock: systemClock, users });
      const servers = {
        '/interface/pppoe-server/server': ppp?.servers.length ?? 0,
        '/ip/dhcp-server': dhcp?.length ?? 0,
        '/ip/hotspot': hotspots?.length ?? 0,
      };
      routers.push({ router, servers });
      document.setIn(['spec', 'address'], '127.0.0.1');
      document.setIn(['spec', 'api', 'port'], router.apiPort);
    }
    await writeFile(file, documents.map(String).join(''));
  }
  return routers;
}

describe.for(names.map(({ name }) => name))('the example %s', (name) => {
  it('is valid as it stands', async () => {
    const { code, out } = await lastmile(['validate', join(examples, name)]);

    expect(out).not.toContain(' error ');
    expect(code).toBe(0);
  });

  it('SPL-01: is applied to its routers, and a second plan is empty', async () => {
    await using folder = await TempFolder.make();
    const [dir, state] = [join(folder.path, 'examples'), join(folder.path, 'state')];
    await cp(join(examples, name), dir, { recursive: true });
    const files = await yamlFiles(dir);
    const env = secretsOf(await Promise.all(files.map((file) => readFile(file, 'utf8'))));
    const routers = await simulate(files, env);
    try {
      const first = await lastmile(['plan', dir, '--state', state, '--detailed-exitcode'], { env });
      const applied = await lastmile(['apply', dir, '--state', state, '--auto-approve'], { env });
      const second = await lastmile(['plan', dir, '--state', state, '--detailed-exitcode'], { env });

      expect(first).toMatchObject({ code: 2 });
      expect(applied).toMatchObject({ code: 0 });
      expect(second).toMatchObject({ code: 0 });
      expect(second.out).toContain('Nothing to change.');
      for (const { router, servers } of routers) {
        for (const [menu, count] of Object.entries(servers)) expect(router.rows(menu), menu).toHaveLength(count);
      }
    } finally {
      for (const { router } of routers) await router[Symbol.asyncDispose]();
    }
  });
});

const rehearsed = await Promise.all(
  names.map(async ({ name }) => {
    const texts = await Promise.all((await yamlFiles(join(examples, name))).map((file) => readFile(file, 'utf8')));
    return texts.some((text) => /^kind: Scenario$/m.test(text)) ? [name] : [];
  }),
);

describe('examples with scenarios', () => {
  it.each(rehearsed.flat())('%s keeps what they promise', async (name) => {
    const { code, out } = await lastmile(['test', join(examples, name)]);

    expect(out).toContain('all as expected');
    expect(code).toBe(0);
  });
});
