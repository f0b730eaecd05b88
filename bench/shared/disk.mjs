// What the disk itself gives: records of the same size, as many together as are in flight, written and synced, and nothing else done.
import { constants } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Octets that a record takes in the newest segment of a daemon's journal. */
export async function octetsPerRecord(folder) {
  const journal = join(folder, 'state', 'journal');
  const newest = (await readdir(journal))
    .filter((name) => name.endsWith('.journal'))
    .sort()
    .at(-1);
  // Zeros at its end are room for more.
  const text = (await readFile(join(journal, newest), 'latin1')).replace(/\0+$/, '');
  const records = text.split('\n').filter((line) => line !== '' && !/^[=#]/.test(line)).length;
  return Math.round(text.length / records);
}

/** @returns what `measureLoad` does, of records: perSecond, cpuMicros, p50, p99 in microseconds, and none lost or bad */
export async function measureDisk(folder, { octets, together, measuredMs }) {
  const file = await open(
    join(folder, 'disk'),
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_DSYNC,
  );
  const commit = Buffer.alloc(octets * together, 'x');
  const took = [];
  const began = performance.now();
  const cpu = process.cpuUsage();
  for (let at = began; at - began < measuredMs; ) {
    await file.write(commit, 0, commit.length, took.length * commit.length);
    const now = performance.now();
    took.push((now - at) * 1000);
    at = now;
  }
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  await file.close();
  took.sort((a, b) => a - b);
  const at = (share) => Math.round(took[Math.floor(took.length * share)]);
  const records = took.length * together;
  const cpuMicros = (user + system) / records;
  return { perSecond: records / seconds, cpuMicros, p50: at(0.5), p99: at(0.99), lost: 0, bad: 0 };
}
