// First views of a portal page per second, beside a bare fastify route that answers with as many octets, and how long a
// guest waits when 200 come each second. Server and guests are processes of their own on loopback; contenders alternate.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { median, report } from './shared/report.mjs';

const rounds = 5;
const warmUpMs = 1_000;
const measuredMs = 2_500;
const connections = 32;
const guestsPerSecond = 200;
const self = fileURLToPath(import.meta.url);
const [role] = process.argv.slice(2);

if (role === 'portal') await servePortal();
else if (role === 'fastify') await serveFastify();
else if (role === 'guests') guests();
else await main();

async function main() {
  const generator = fork(self, ['guests']);
  const portal = await start('portal');
  const page = await fetched(generator, portal.port);
  const servers = { fastify: await start('fastify', page.octets), portal };
  const results = { fastify: [], portal: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(results)) {
      const result = await asked(generator, { type: 'load', port: servers[name].port });
      results[name].push(result);
      console.error(`round ${round + 1}: ${name} ${Math.round(result.perSecond)}/s`);
    }
  }
  const steady = await asked(generator, { type: 'steady', port: portal.port });
  for (const { child } of Object.values(servers)) child.kill();
  generator.kill();
  const of = (name) => median(results[name].map(({ perSecond }) => perSecond));
  const ratio = median(results.portal.map(({ perSecond }, round) => perSecond / results.fastify[round].perSecond));
  const bad = results.portal.reduce((sum, each) => sum + each.bad, 0) + steady.bad;
  report('portal-landing', 'First view of a portal page, context signed, without script', [
    { label: 'bare fastify route of as many octets', value: of('fastify'), unit: '1/s' },
    { label: 'portal: landing pages', value: of('portal'), unit: '1/s', ratio: `${ratio.toFixed(2)} × bare route` },
    { label: `portal: p95 at ${guestsPerSecond} guests/s, new connections`, value: steady.p95, unit: 'ms' },
    { label: 'portal: size of the page, uncompressed', value: page.octets, unit: 'octets' },
    { label: 'portal: answers missing or wrong', value: bad, unit: '' },
  ]);
}

async function start(name, ...args) {
  const child = fork(self, [name, ...args.map(String)]);
  const [{ port }] = await once(child, 'message');
  return { child, port };
}

async function asked(child, message) {
  child.send(message);
  return (await once(child, 'message'))[0];
}

function fetched(generator, port) {
  return asked(generator, { type: 'page', port });
}

async function servePortal() {
  const { PortalServer } = await import('../dist/portal/server.js');
  const { portalCounters } = await import('../dist/portal/counters.js');
  const { recentDecisions } = await import('../dist/access/decision-log.js');
  const { systemClock } = await import('../dist/base/system-clock.js');
  const { Secret } = await import('../dist/base/secret.js');
  const key = new Secret('a key of thirty-two characters!!');
  const bridge = {
    type: 'mikrotik',
    router: 'core-1',
    identity: 'core-1',
    hotspot: 'cafe',
    method: 'pap-redirect',
    loginUrl: 'http://login.cafe.example/login',
    loginHosts: ['login.cafe.example', '10.5.50.1'],
  };
  const site = {
    name: 'cafe',
    labels: {},
    title: 'Café',
    languages: ['en', 'de', 'ar'],
    bridges: [bridge],
    aliases: {},
    methods: ['login'],
    walledGarden: [],
    terms: 'Be kind. '.repeat(40),
    branding: {},
    key,
    origin: { file: 'bench.yaml', line: 1, column: 1 },
  };
  const log = { info() {}, warn() {}, error() {}, debug() {} };
  const server = await PortalServer.start({
    listen: { host: '127.0.0.1', port: 0 },
    deps: {
      sites: () => [site],
      settings: () => ({ publicUrl: 'http://portal.example', trustedProxies: [] }),
      directory: { login: () => undefined, portal: () => undefined },
      decisions: recentDecisions(),
      online: { isOnline: () => false, started: async () => false, end: async () => false },
      omada: { authorise: async () => ({ result: 'failed', reason: 'none' }) },
      clock: systemClock,
      random: randomBytes,
      counters: portalCounters(),
      log,
    },
  });
  process.send({ port: server.endpoint.port });
}

async function serveFastify() {
  const { default: fastify } = await import('fastify');
  const page = `<!doctype html>${'x'.repeat(Number(process.argv[3]) - 15)}`;
  const server = fastify();
  server.get('/p/:site', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  await server.listen({ host: '127.0.0.1', port: 0 });
  process.send({ port: server.server.address().port });
}

/** Parameters as a router sends them, another device each time. */
function path(number) {
  const mac = `02:00:00:${[16, 8, 0].map((shift) => ((number >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`;
  const parameters = new URLSearchParams({
    mac,
    ip: '10.5.50.7',
    'link-login-only': 'http://login.cafe.example/login',
    'link-orig': 'http://connectivitycheck.gstatic.com/generate_204',
    identity: 'core-1',
    'server-name': 'cafe',
    error: '',
    'plain-passwd': 'yes',
  });
  return `/p/cafe?${parameters}`;
}

function guests() {
  let number = 0;
  const get = (port, agent) =>
    new Promise((resolve) => {
      const sent = performance.now();
      number += 1;
      const asking = request({ host: '127.0.0.1', port, path: path(number), agent }, (response) => {
        let octets = 0;
        response.on('data', (chunk) => {
          octets += chunk.length;
        });
        response.on('end', () => resolve({ ok: response.statusCode === 200, octets, ms: performance.now() - sent }));
      });
      asking.on('error', () => resolve({ ok: false, octets: 0, ms: performance.now() - sent }));
      asking.end();
    });
  const ways = { page: get, load: (port) => load(get, port), steady: (port) => steady(get, port) };
  process.on('message', ({ type, port }) => void ways[type](port).then((result) => process.send(result)));
}

async function load(get, port) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const counted = { good: 0, bad: 0 };
  let counting = false;
  const until = performance.now() + warmUpMs + measuredMs;
  const ask = async () => {
    while (performance.now() < until) {
      const { ok } = await get(port, agent);
      if (counting) counted[ok ? 'good' : 'bad'] += 1;
    }
  };
  const all = Array.from({ length: connections }, ask);
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  counting = true;
  await Promise.all(all);
  agent.destroy();
  return { perSecond: (counted.good * 1000) / measuredMs, bad: counted.bad };
}

/** Open loop: a guest comes every 5 ms whatever became of those before. */
async function steady(get, port) {
  const waits = [];
  const count = guestsPerSecond * 10;
  const started = performance.now();
  for (let at = 0; at < count; at += 1) {
    const due = started + (at * 1000) / guestsPerSecond;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    waits.push(get(port, new Agent({ keepAlive: false })));
  }
  const answers = await Promise.all(waits);
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return { p95: sorted[Math.floor(sorted.length * 0.95)], bad: answers.filter(({ ok }) => !ok).length };
}
