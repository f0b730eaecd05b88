// What processes of others cost, from proc(5): Linux only, as the peers are.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time so far of a process and all it started, microseconds (in ticks of 10 ms). */
export function cpuMicrosOf(pid) {
  return familyOf(pid).reduce((sum, { ticks }) => sum + ticks, 0) * 10_000;
}

/** Memory of a process and all it started, MiB. Pages that several share count once for each. */
export function memoryOf(pid) {
  return familyOf(pid).reduce((sum, member) => sum + residentOf(member.pid), 0);
}

/** The most memory a process ever had, MiB. */
export function peakMemoryOf(pid) {
  return statusField(pid, 'VmHWM');
}

/** Ends a process we started and waits until it is gone. */
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Resolves with the first of what `probe` gives that is not undefined, asked every 20 ms; fails after `forMs`. */
export async function until(what, probe, forMs = 30_000) {
  for (const deadline = Date.now() + forMs; Date.now() < deadline; ) {
    const found = await probe();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what}: not within ${forMs / 1000} s`);
}

function familyOf(pid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)));
  const family = new Set([pid]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid: member, parent } of all) if (family.has(parent)) family.add(member);
  }
  return all.filter((member) => family.has(member.pid));
}

/** Fields 4 and 14 to 17 of stat; those that ended are in 16 and 17 of their parent. */
function statOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [{ pid, parent: Number(fields[1]), ticks }];
  } catch {
    return []; // ended meanwhile
  }
}

function residentOf(pid) {
  try {
    return statusField(pid, 'VmRSS');
  } catch {
    return 0;
  }
}

function statusField(pid, name) {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
