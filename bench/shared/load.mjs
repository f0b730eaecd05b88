// The load generator, load.c, and what of its answers is checked.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cpuMicrosOf } from './processes.mjs';
import { isRightAnswer } from './radius-requests.mjs';

export const lanes = 8;

/** Builds the generator into a folder. @throws when there is no C compiler */
export function buildLoad(folder) {
  const program = join(folder, 'load');
  const source = fileURLToPath(new URL('load.c', import.meta.url));
  try {
    execFileSync('cc', ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (cause) {
    throw new Error('the load generator is in C: install Debian package gcc', { cause });
  }
  return program;
}

/**
 * Packets by lane, written where the generator reads them.
 *
 * @param make called with lane and number in the lane; octet 1 must be `number & 255`
 */
export function preparePackets(folder, name, perLane, make) {
  const packets = Array.from({ length: lanes }, (_, lane) =>
    Array.from({ length: perLane }, (_, number) => make(lane, number)),
  );
  const path = join(folder, name);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(lanes, 0);
  head.writeUInt32LE(perLane, 4);
  const parts = packets.flat().flatMap((packet) => {
    const length = Buffer.alloc(2);
    length.writeUInt16LE(packet.length);
    return [length, packet];
  });
  writeFileSync(path, Buffer.concat([head, ...parts]));
  return { path, packets };
}

/**
 * One run against one server.
 *
 * @param run.program of buildLoad; run.prepared of preparePackets; run.port; run.pid of the server, or several;
 *   run.window or run.rate; run.code of right answers; run.warmUpMs, run.measuredMs; run.once, run.from; run.signs false where
 *   answers have no Message-Authenticator; run.check false for an echo
 * @returns perSecond, cpuMicros of the server for each answer, p50, p99, p999 in microseconds, lost, bad, next
 */
export async function measureLoad(run) {
  const { program, prepared, port, pid, window, rate, code, once: single = false, from = 0 } = run;
  const samplesPath = `${prepared.path}.samples`;
  const pace = rate === undefined ? ['window', window] : ['rate', rate];
  const until = single ? ['once', from] : ['again', from];
  const args = ['127.0.0.1', port, prepared.path, samplesPath, ...pace, code, run.warmUpMs, run.measuredMs, ...until];
  const child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const pids = [pid].flat();
  const cpu = () => pids.reduce((sum, each) => sum + cpuMicrosOf(each), 0);
  let [before, result] = [0, undefined];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'warm') before = cpu();
    else result = JSON.parse(line);
  });
  const [status] = await once(child, 'close');
  if (status !== 0 || result === undefined) throw new Error(`the load generator ended with ${status}`);
  const wrong = run.check === false ? 0 : wrongSamples(samplesPath, prepared, code, run.signs);
  const { answered, counted, seconds, p50, p99, p999, lost, next } = result;
  const cpuMicros = (cpu() - before) / answered;
  return { perSecond: counted / seconds, cpuMicros, p50, p99, p999, lost, bad: result.bad + wrong, answered, next };
}

function wrongSamples(path, { packets }, code, signs) {
  const file = readFileSync(path);
  let wrong = 0;
  for (let at = 0; at < file.length; ) {
    const [lane, number, length] = [file.readUInt32LE(at), file.readUInt32LE(at + 4), file.readUInt16LE(at + 8)];
    const answer = file.subarray(at + 10, at + 10 + length);
    if (!isRightAnswer(answer, packets[lane][number], code, signs)) wrong += 1;
    at += 10 + length;
  }
  return wrong;
}
