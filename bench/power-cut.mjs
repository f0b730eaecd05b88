// After a power cut: 50,000 subscribers dial in within a minute, by MS-CHAPv2, behind NAS that give each try 1.5 s. First with the
// shipped command left running, then with it killed as well and started again at the same moment. Everybody should be online,
// and his session on disk, within 70 s.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { declareNetwork, startDaemon } from './shared/lastmile-daemon.mjs';
import { subscribers, withPeers } from './shared/peers.mjs';
import { freeUdpPorts } from './shared/ports.mjs';
import { end } from './shared/processes.mjs';
import { accessRequest, accountingRequest, accountingStatus, isRightAnswer } from './shared/radius-requests.mjs';
import { aim, report } from './shared/report.mjs';

const dialling = subscribers / 2;
const spreadMs = Number(process.env.BENCH_SPREAD_SECONDS ?? 60) * 1000;
/** As RouterOS does: the same packet again, then the client is turned away and dials anew. */
const timeoutMs = 1500;
const tries = 3;
const redialMs = 2000;
const sockets = 64;

await withPeers(async ({ folder, keep }) => {
  declareNetwork(folder, subscribers);
  const ports = await freeUdpPorts(['auth', 'accounting']);
  const listen = { auth: `127.0.0.1:${ports.auth}`, accounting: `127.0.0.1:${ports.accounting}` };
  const start = async () => keep(await startDaemon(folder, { listen }));
  const daemon = await start();
  const left = await everybody(ports, 'a');
  await end(daemon.child, 'SIGKILL');
  const [, killed] = await Promise.all([start(), everybody(ports, 'b')]);
  report('power-cut', `${dialling.toLocaleString('en')} subscribers dial in within ${spreadMs / 1000} s`, [
    ...rowsOf('server left running', left),
    ...rowsOf('server started again at the same moment', killed),
  ]);
});

function rowsOf(label, { online, accounted, sent, again, redials, rejects }) {
  online.sort((a, b) => a - b);
  const row = (what, value, unit = 's') => ({ label: `${label}: ${what}`, value, unit });
  return [
    row('first online', online[0]),
    row('half online', online[Math.floor(online.length / 2)]),
    { ...row('all online', online.at(-1)), aim: aim(online.at(-1), '≤', spreadMs / 1000 + 10) },
    row('all sessions on disk', Math.max(...accounted)),
    row('packets sent', sent, ''),
    row('of them sent again', again, ''),
    row('dialled anew', redials, ''),
    row('rejected', rejects, ''),
  ];
}

/** Everybody once, in seconds from the power's return; `run` makes sessions of their own. */
async function everybody(ports, run) {
  const nas = await openNas();
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const result = { online: [], accounted: [], redials: 0, rejects: 0 };
  const dialIn = async (index) => {
    await pause(Math.random() * spreadMs);
    while (!(await isLetIn(nas, ports.auth, index, result))) await pause(redialMs);
    result.online.push(seconds());
    const started = (identifier) => accountingRequest(identifier, index, `${run}-${index}`, accountingStatus.start, 0);
    while ((await nas.ask(ports.accounting, started)) === undefined);
    result.accounted.push(seconds());
  };
  await Promise.all(Array.from({ length: dialling }, (_, at) => dialIn(at * 2)));
  await nas.close();
  return { ...result, ...nas.counted };
}

async function isLetIn(nas, port, index, result) {
  const answer = await nas.ask(port, (identifier) => accessRequest('mschap2', identifier, index));
  if (answer === undefined) result.redials += 1;
  else if (answer[0] !== 2) result.rejects += 1;
  return answer?.[0] === 2;
}

/** A NAS with as many requests open as it has ports and identifiers; further ones wait for their turn. */
async function openNas() {
  const counted = { sent: 0, again: 0 };
  const free = [];
  const waiting = [];
  const lines = await Promise.all(Array.from({ length: sockets }, () => openLine(free)));
  const release = (slot) => {
    const next = waiting.shift();
    if (next === undefined) free.push(slot);
    else next(slot);
  };
  const ask = async (port, make) => {
    const slot = free.shift() ?? (await new Promise((resolve) => waiting.push(resolve)));
    const packet = make(slot.identifier);
    try {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        counted.sent += 1;
        if (attempt > 0) counted.again += 1;
        const answer = await slot.line.exchange(slot.identifier, packet, port);
        if (answer !== undefined) return answer;
      }
      return undefined;
    } finally {
      release(slot);
    }
  };
  return { ask, counted, close: () => Promise.all(lines.map((line) => line.close())) };
}

async function openLine(free) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const open = new Map();
  socket.on('message', (answer) => open.get(answer[1])?.(answer));
  const exchange = (identifier, packet, port) =>
    new Promise((resolve) => {
      const settle = (answer) => {
        clearTimeout(timer);
        open.delete(identifier);
        resolve(answer);
      };
      const timer = setTimeout(settle, timeoutMs);
      // A late answer to what was asked before by this Identifier is none to this.
      open.set(identifier, (answer) => isRightAnswer(answer, packet, answer[0], false) && settle(answer));
      socket.send(packet, port, '127.0.0.1');
    });
  const line = { exchange, close: () => new Promise((resolve) => socket.close(resolve)) };
  for (let identifier = 0; identifier < 256; identifier += 1) free.push({ line, identifier });
  return line;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
