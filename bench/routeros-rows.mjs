// Rows per second, processor time and memory of reading one large menu: our client beside npm node-routeros, and what a
// reconcile does with it, where all rows are as declared and where none is declared. Memory of the former is that beyond
// the declared rows, which are there before, once for 100,000 rows and once for a fifth of them: at its peak, which has in it
// what V8 has not swept yet, and what is still held when it has swept.
// Server and clients are processes of their own on loopback; contenders alternate; medians of the rounds.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { aim, figure, median, report } from './shared/report.mjs';

const rowCount = 100_000;
/** By what is asked for. */
const counts = { '/ppp/secret/print': rowCount, '/fifth/print': rowCount / 5, '/warm-up/print': 5_000 };
const serialCount = 50;
const rounds = 3;
const self = fileURLToPath(import.meta.url);
const [role, ...args] = process.argv.slice(2);

const labels = {
  'node-routeros': 'node-routeros write()',
  run: 'lastmile run()',
  stream: 'lastmile stream()',
  observe: 'lastmile observe(), all as declared',
  fifth: 'lastmile observe(), a fifth of the rows, all as declared',
  undeclared: 'lastmile observe(), none declared',
};

if (role === 'server') await serve();
else if (role === 'client') await measure(args[0], Number(args[1]));
else await main();

async function main() {
  const server = fork(self, ['server']);
  const [{ port }] = await once(server, 'message');
  const contenders = Object.keys(labels);
  const results = Object.fromEntries(contenders.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of contenders) {
      const client = fork(self, ['client', name, String(port)], { execArgv: ['--expose-gc'] });
      const [result] = await once(client, 'message');
      results[name].push(result);
      console.error(`round ${round + 1}: ${name} ${Math.round(result.wallMs)} ms, ${Math.round(result.cpuMs)} ms CPU`);
    }
  }
  server.kill();
  report('routeros-rows', `one print of ${rowCount.toLocaleString('en')} rows of 16 properties`, rowsOf(results));
}

function rowsOf(results) {
  const of = (name, field) => median(results[name].map((result) => result[field]));
  const peer = {
    cpu: of('node-routeros', 'cpuMs'),
    wall: of('node-routeros', 'wallMs'),
    serial: of('node-routeros', 'serialMs'),
  };
  return Object.entries(labels).flatMap(([name, label]) => {
    const [cpu, wall, serial] = [of(name, 'cpuMs'), of(name, 'wallMs'), of(name, 'serialMs')];
    const each = (ms) => (ms * rowCount) / countOf(name);
    const ratio = (value) => (name === 'node-routeros' ? {} : { ratio: `${figure(value)} × node-routeros` });
    return [
      {
        label: `${label}: processor time`,
        value: (cpu * 1000) / countOf(name),
        unit: 'µs/row',
        ...ratio(each(cpu) / peer.cpu),
        ...(name === 'observe' ? { aim: aim(cpu / peer.cpu, '≤', 0.25, 1 / 6) } : {}),
      },
      {
        label: `${label}: throughput`,
        value: countOf(name) / (wall / 1000),
        unit: 'rows/s',
        ...ratio(peer.wall / each(wall)),
      },
      { label: `${label}: peak memory`, value: of(name, 'rssMb'), unit: 'MiB' },
      { label: `${label}: peak memory beyond that before`, value: of(name, 'moreMb'), unit: 'MiB' },
      { label: `${label}: held when swept`, value: of(name, 'heldMore') / countOf(name), unit: 'octets/row' },
      { label: `${label}: one after another`, value: serial, unit: 'ms/command', ...ratio(serial / peer.serial) },
    ];
  });
}

function countOf(name) {
  return name === 'fifth' ? counts['/fifth/print'] : rowCount;
}

// ── the clients ──

async function measure(name, port) {
  const read = name === 'node-routeros' ? await nodeRouteros(port) : await lastmile(name, port);
  await read('/warm-up/print');
  global.gc();
  const rssBefore = process.memoryUsage.rss();
  const heldBefore = held();
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const rows = await read(name === 'fifth' ? '/fifth/print' : '/ppp/secret/print');
  const wallMs = performance.now() - before;
  const cpu = process.cpuUsage(cpuBefore);
  const maxRss = process.resourceUsage().maxRSS * 1024;
  if (rows !== countOf(name)) throw new Error(`${name} read ${rows} rows`);
  const heldMore = held() - heldBefore;
  const serialMs = await serially(() => read('/system/identity/print'));
  const result = {
    serialMs,
    wallMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    rssMb: maxRss / 2 ** 20,
    moreMb: (maxRss - rssBefore) / 2 ** 20,
    heldMore,
  };
  process.send(result, () => process.exit());
}

/** Octets of all that is alive. */
function held() {
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Milliseconds of one command when each waits for the one before. */
async function serially(command) {
  const before = performance.now();
  for (let i = 0; i < serialCount; i += 1) await command();
  return (performance.now() - before) / serialCount;
}

async function nodeRouteros(port) {
  const { RouterOSAPI } = await import('node-routeros');
  const api = new RouterOSAPI({ host: '127.0.0.1', port, user: 'bench', password: 'bench', timeout: 60 });
  await api.connect();
  return async (command) => (await api.write([command])).length;
}

async function lastmile(method, port) {
  const { connectRouterOs } = await import('../dist/routeros/connection.js');
  const { Secret } = await import('../dist/base/secret.js');
  const login = { router: 'bench', username: 'bench', password: new Secret('bench') };
  const session = await connectRouterOs({ ...login, host: '127.0.0.1', port });
  if (['observe', 'fifth', 'undeclared'].includes(method)) return observing(session, method);
  if (method === 'run') return async (command) => (await session.run(command)).rows.length;
  return async (command) => {
    let rows = 0;
    let octets = 0;
    await session.stream(command, {}, (row) => {
      rows += 1;
      octets += row.name.length + row.comment.length;
    });
    if (octets === 0 && rows > 0) throw new Error('no text came');
    return rows;
  };
}

/** All that a reconcile does to see one menu, and to compare it with what is declared. */
async function observing(session, method) {
  const { RouterTarget } = await import('../dist/routeros/router-target.js');
  const { pppSecret } = await import('../dist/routeros/menus/ppp-secret.js');
  const { systemClock: clock } = await import('../dist/base/system-clock.js');
  const { Secret } = await import('../dist/base/secret.js');
  const router = { name: 'bench', address: '127.0.0.1', api: { port: 0, username: 'bench' } };
  const connect = async () => session;
  const declaredIn = method === 'undeclared' ? '' : method === 'fifth' ? '/fifth' : '/ppp/secret';
  const menus = ['/warm-up', '/fifth', '/ppp/secret'].map((path) => ({
    target: new RouterTarget({ router, operator: 'isp', clock, connect, menus: [{ ...pppSecret, path }] }),
    desired: method !== 'undeclared' && ['/warm-up', declaredIn].includes(path) ? declaredRows(path, Secret) : [],
    command: `${path}/print`,
  }));
  return async (command) => {
    const menu = menus.find((each) => each.command === command);
    if (menu === undefined) return (await session.run(command)).rows.length;
    const seen = await menu.target.observe(new AbortController().signal, menu.desired);
    const { rows, agreed } = seen;
    menu.seen = seen;
    const agreeing = agreed.menus.reduce((sum, { marks }) => sum + marks.filter((mark) => mark === 1).length, 0);
    if (agreeing !== menu.desired.length) throw new Error(`${agreeing} of ${menu.desired.length} rows are as declared`);
    return rows.length + agreeing;
  };
}

/** The rows that the router has, as a declaration makes them. */
function declaredRows(path, Secret) {
  return Array.from({ length: counts[`${path}/print`] }, (_, index) => {
    const said = Object.fromEntries(propertiesOf(index).map((word) => word.slice(1).split('=')));
    const { name, password, service, profile, 'remote-address': address } = said;
    const none = { routes: '', 'remote-ipv6-prefix': '', 'ipv6-routes': '' };
    const fields = {
      name,
      password: new Secret(password),
      service,
      profile,
      'remote-address': address,
      ...none,
      disabled: 'no',
    };
    return { menu: path, identity: name, owner: `Subscriber/s${index}`, fields };
  });
}

// ── the router: any login, any print ──

async function serve() {
  const bodies = new Map();
  const server = createServer({ noDelay: true }, (socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let end = received.indexOf(0); end !== -1; end = received.indexOf(0)) {
        const sentence = received.subarray(0, end).toString('latin1');
        received = received.subarray(end + 1);
        answer(socket, sentence, bodiesOf(bodies, sentence));
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

/** What is asked for: all of a row, or the properties of a `.proplist`, as a router does it. */
function bodiesOf(known, sentence) {
  const wanted = /=\.proplist=([\w.,-]*)/.exec(sentence)?.[1] ?? '';
  if (!known.has(wanted)) {
    const names = new Set(wanted.split(','));
    const isWanted = (property) => wanted === '' || names.has(property.slice(1, property.indexOf('=', 1)));
    const rows = Array.from({ length: rowCount }, (_, index) => propertiesOf(index).filter(isWanted));
    known.set(
      wanted,
      rows.map((properties) => Buffer.concat(properties.map(word))),
    );
  }
  return known.get(wanted);
}

function answer(socket, sentence, bodies) {
  const tag = /\.tag=([a-z0-9]*)/.exec(sentence)?.[1];
  const tagWord = tag === undefined ? Buffer.alloc(0) : word(`.tag=${tag}`);
  const command = Object.keys(counts).find((each) => sentence.includes(each));
  const count = command === undefined ? 0 : counts[command];
  const head = Buffer.concat([word('!re'), tagWord]);
  const end = Buffer.of(0);
  for (let from = 0; from < count; from += 500) {
    const rows = bodies.slice(from, Math.min(from + 500, count)).flatMap((body) => [head, body, end]);
    socket.write(Buffer.concat(rows));
  }
  socket.write(Buffer.concat([word('!done'), tagWord, end]));
}

function word(text) {
  const bytes = Buffer.from(text);
  if (bytes.length > 0x7f) throw new Error('a word of this bench is short');
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** A row of /ppp/secret as RouterOS 7 prints it; one name in ten is not ASCII. */
function propertiesOf(index) {
  const comment = index % 10 === 0 ? `Łukasz Żółw ${index} lm:isp/Subscriber/s${index}` : `lm:isp/Subscriber/s${index}`;
  return [
    `=.id=*${index.toString(16).toUpperCase()}`,
    `=name=subscriber-${index}`,
    '=service=pppoe',
    '=caller-id=',
    `=password=pw-${index * 7919}`,
    '=profile=home-20',
    `=remote-address=10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    '=routes=',
    '=ipv6-routes=',
    '=limit-bytes-in=0',
    '=limit-bytes-out=0',
    '=last-logged-out=2026-01-30 00:33:07',
    '=last-caller-id=AA:BB:CC:DD:EE:FF',
    '=last-disconnect-reason=peer-request',
    '=disabled=false',
    `=comment=${comment}`,
  ];
}
