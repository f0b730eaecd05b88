import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Room → rooms it may import besides itself. `main.ts` is the room `main`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  main: ['cli'],
  cli: [
    ...['daemon', 'admin', 'status', 'source', 'manifest', 'model', 'reconcile', 'routeros', 'directory', 'access'],
    ...['radius', 'accounting', 'usage', 'events', 'portal', 'omada', 'doctor', 'secrets', 'store', 'simulator'],
    ...['adopt', 'retention', 'rehearsal', 'review', 'git', 'trust', 'policy', 'base'],
  ],
  // Scenarios, played on simulated routers by what serves and reconciles in the daemon.
  rehearsal: [
    ...['daemon', 'access', 'accounting', 'manifest', 'model', 'radius', 'simulator', 'source', 'status', 'base'],
  ],
  daemon: [
    ...['admin', 'status', 'source', 'manifest', 'model', 'reconcile', 'routeros', 'directory', 'access', 'radius'],
    ...['accounting', 'usage', 'portal', 'omada', 'doctor', 'secrets', 'store', 'authority', 'eap', 'events', 'base'],
    ...['quota', 'retention', 'git', 'trust', 'explain', 'policy'],
  ],
  admin: [
    'retention',
    'status',
    'source',
    'manifest',
    'model',
    'reconcile',
    'directory',
    'access',
    'radius',
    'accounting',
    'usage',
    'quota',
    'events',
    'doctor',
    'hooks',
    'store',
    'base',
  ],
  // Webhooks that come to us: who has sent them?
  hooks: ['base'],
  status: ['reconcile', 'accounting', 'store', 'base'],
  source: ['git', 'base'],
  // Repositories as they are stored: git run in isolation, objects read, remotes mirrored.
  git: ['base'],
  // Who has signed commits, and what he may bring into force.
  trust: ['git', 'manifest', 'model', 'base'],
  manifest: ['model', 'base'],
  // What the operator's own rules say of what is declared and planned.
  policy: ['reconcile', 'model', 'base'],
  model: ['base'],
  reconcile: ['model', 'base'],
  // Where every value that a declaration comes to is declared, tried out by the parts that make it.
  explain: ['manifest', 'model', 'directory', 'radius', 'routeros', 'omada', 'reconcile', 'base'],
  // Plans for whoever reads them: on a terminal, in a pull request, in a browser.
  review: ['reconcile', 'model', 'base'],
  routeros: ['hotspot-pages', 'reconcile', 'model', 'base'],
  // A router in service as declarations: tried as the manifest would read them and the reconciler would compare them.
  adopt: ['manifest', 'routeros', 'reconcile', 'model', 'base'],
  // What a router's hotspot shows: the reconciler writes it there, the portal offers it for download.
  'hotspot-pages': ['base'],
  portal: ['hotspot-pages', 'access', 'directory', 'accounting', 'model', 'base'],
  omada: ['reconcile', 'model', 'base'],
  directory: ['reconcile', 'model', 'store', 'base'],
  access: ['model', 'base'],
  // Conversations of EAP, whichever way they come.
  eap: ['access', 'model', 'base'],
  // A program of the operator's, asked about logins by HTTP.
  authority: ['access', 'model', 'base'],
  // `reconcile` only for the shapes of session effects, which CoA carries out.
  radius: ['eap', 'access', 'directory', 'accounting', 'reconcile', 'model', 'base'],
  accounting: ['store', 'model', 'base'],
  // What happened, for programs of others.
  events: ['accounting', 'store', 'model', 'base'],
  // What was used, what that comes to by what is declared, and when it next comes to something else.
  quota: ['model', 'base'],
  // Reads what routers count of who is online, and makes records of it.
  usage: ['accounting', 'routeros', 'model', 'base'],
  // Judges what was read of routers and controllers, and what the others found of them.
  doctor: ['usage', 'routeros', 'radius', 'omada', 'status', 'model', 'base'],
  // How long what is stored is kept, what is kept all the same, and all there is of one person.
  retention: ['accounting', 'status', 'store', 'model', 'base'],
  secrets: ['base'],
  store: ['base'],
  // The tour that `npm start` gives: it drives the shipped command and simulated devices from outside.
  demo: ['simulator', 'secrets', 'base'],
  simulator: ['routeros/wire', 'base'],
  base: [],
};

/** Folders without sockets, files, clocks or processes. */
const pure = [
  'explain',
  'review',
  'manifest',
  'model',
  'access',
  'adopt',
  'usage',
  'quota',
  'policy',
  'hooks',
  'doctor',
  'routeros/wire',
  'routeros/menus',
  'routeros/config',
  'hotspot-pages',
  'radius/packet',
  'radius/dictionary',
];

const effects =
  /from 'node:(?:fs|net|dgram|http|https|tls|child_process|timers|worker_threads|process|os)(?:\/[a-z]+)?'/;
const ambient =
  /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bMath\.random\(|\bprocess\.(?:env|exit|hrtime)|\bsetTimeout\(|\bsetInterval\(/;

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.split(sep).join('/'));

function text(file: string): string {
  return readFileSync(join(src, file), 'utf8');
}

function importsOf(file: string): readonly string[] {
  const found = text(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map(([, path]) =>
    relative(src, resolve(dirname(join(src, file)), path ?? ''))
      .split(sep)
      .join('/'),
  );
}

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

describe('the rooms of src/', () => {
  it('are all in the table', () => {
    const rooms = new Set(files.map(roomOf));

    expect([...rooms].filter((room) => !Object.hasOwn(mayImport, room))).toEqual([]);
  });

  it('import only what the table allows', () => {
    const broken = files.flatMap((file) => {
      const room = roomOf(file);
      const allowed = [room, ...(mayImport[room] ?? [])];
      return importsOf(file)
        .filter((path) => !allowed.some((prefix) => path === `${prefix}.ts` || path.startsWith(`${prefix}/`)))
        .map((path) => `${file} imports ${path}`);
    });

    expect(broken).toEqual([]);
  });

  it('have no barrel files', () => {
    expect(files.filter((file) => file.endsWith('/index.ts'))).toEqual([]);
  });

  it('import packages only where they belong', () => {
    const owners: Readonly<Record<string, string>> = {
      radius: 'simulator',
      level: 'store',
      commander: 'cli',
      fastify: 'admin portal',
      eta: 'portal',
      'simple-git': 'source',
      chokidar: 'source',
      ajv: 'manifest',
      'prom-client': 'status',
      // The daemon asks forges who approved a plan.
      undici: 'authority events daemon',
      yaml: 'manifest adopt cli demo secrets rehearsal',
      'age-encryption': 'secrets',
    };
    const strays = files.flatMap((file) =>
      [...text(file).matchAll(/from '([a-z][^'.]*)'/g)].flatMap(([, name]) => {
        const owner = owners[name ?? ''];
        return owner !== undefined && !owner.split(' ').includes(roomOf(file)) ? [`${file} imports ${name}`] : [];
      }),
    );

    expect(strays).toEqual([]);
  });
});

describe('the pure folders', () => {
  const inside = files.filter((file) => pure.some((folder) => file.startsWith(`${folder}/`)));

  it('are there', () => {
    expect(pure.filter((folder) => !inside.some((file) => file.startsWith(`${folder}/`)))).toEqual([]);
  });

  it('open no socket, file or process', () => {
    expect(inside.filter((file) => effects.test(text(file)))).toEqual([]);
  });

  it('read no clock, no environment and no chance', () => {
    expect(inside.filter((file) => ambient.test(text(file)))).toEqual([]);
  });
});
