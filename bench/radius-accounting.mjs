// Accounting over UDP, acknowledged when it is on disk: the shipped command beside FreeRADIUS with PostgreSQL (synchronous commit),
// as fast as a window of 128 allows and at a steady 2,000 a second. Beside them the same command storing nothing, and what the disk
// itself gives for as many octets. Start, two Interims and Stop of each session, sent once.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureDisk, octetsPerRecord } from './shared/disk.mjs';
import { missingFreeradius, startFreeradiusSql } from './shared/freeradius.mjs';
import { declareNetwork, startDaemon } from './shared/lastmile-daemon.mjs';
import { lanes, measureLoad, preparePackets } from './shared/load.mjs';
import { alternate, failuresOf, medianOf, ratioOf, subscribers, withPeers } from './shared/peers.mjs';
import { missingPostgres, startPostgres } from './shared/postgres.mjs';
import { accountingRequest, accountingStatus } from './shared/radius-requests.mjs';
import { aim, report } from './shared/report.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 4);
const loads = {
  full: { window: 128, warmUpMs: 500, measuredMs: 3000, perLane: 24_576 },
  steady: { rate: 2000, warmUpMs: 500, measuredMs: 4000, perLane: 2048 },
};
const storingNothing = fileURLToPath(new URL('shared/storing-nothing.mjs', import.meta.url));
const { start, interim, stop } = accountingStatus;
const reports = [start, interim, interim, stop];
/** Sessions between the reports of one: more than a lane has in flight. */
const together = 64;

const missing = missingFreeradius({ sql: true }) ?? missingPostgres();
if (missing !== undefined) {
  console.error(`radius-accounting: ${missing}`);
  process.exit(1);
}
await withPeers(async ({ folder, keep, program }) => {
  declareNetwork(folder, subscribers);
  const lastmile = keep(await startDaemon(folder));
  const beside = join(folder, 'beside');
  mkdirSync(beside);
  declareNetwork(beside, subscribers);
  const nothing = keep(await startDaemon(beside, { node: ['--import', storingNothing] }));
  const database = keep(await startPostgres(folder, subscribers));
  const sql = keep(await startFreeradiusSql(folder, database));
  const prepared = preparedOnce(folder);
  const measure = (load, port, pid) => (round) => {
    const each = { ...loads[load], program, prepared: prepared(load, round), port, pid, code: 5, once: true };
    return measureLoad({ ...each, signs: false });
  };
  const { window, measuredMs } = loads.full;
  const disk = async () =>
    measureDisk(folder, { octets: await octetsPerRecord(folder), together: window, measuredMs: measuredMs / 3 });
  const contenders = Object.keys(loads).flatMap((load) => [
    [`sql ${load}`, measure(load, sql.ports.accounting, [sql.pid, database.pid])],
    [`lastmile ${load}`, measure(load, lastmile.accountingPort, lastmile.pid)],
    ...(load === 'full'
      ? [
          ['nothing', measure(load, nothing.accountingPort, nothing.pid)],
          ['disk', disk],
        ]
      : []),
  ]);
  const results = await alternate(Object.fromEntries(contenders), rounds);
  report('radius-accounting', 'accounting acknowledged when it is on disk', rowsOf(results));
});

/** The same packets for both, new sessions each round. */
function preparedOnce(folder) {
  let known = { key: '', packets: undefined };
  return (load, round) => {
    const key = `${load}-${round}`;
    if (known.key !== key) known = { key, packets: prepare(folder, load, round) };
    return known.packets;
  };
}

function prepare(folder, load, round) {
  return preparePackets(folder, `accounting-${load}`, loads[load].perLane, (lane, number) => {
    const step = Math.floor((number % (reports.length * together)) / together);
    const session = Math.floor(number / (reports.length * together)) * together + (number % together);
    const index = (session * lanes + lane) % subscribers;
    return accountingRequest(number & 255, index, `${load}-${round}-${lane}-${session}`, reports[step], step);
  });
}

function rowsOf(results) {
  const [full, beside, steady, besideSteady] = ['lastmile full', 'sql full', 'lastmile steady', 'sql steady'].map(
    (name) => results[name],
  );
  const { nothing, disk } = results;
  const share = ratioOf(full, nothing, 'perSecond');
  const [rate, p99] = [ratioOf(full, beside, 'perSecond'), ratioOf(steady, besideSteady, 'p99')];
  return [
    { label: 'FreeRADIUS with PostgreSQL', value: medianOf(beside, 'perSecond'), unit: '1/s' },
    {
      label: 'lastmile',
      value: medianOf(full, 'perSecond'),
      unit: '1/s',
      ratio: `${rate.toFixed(2)} × PostgreSQL`,
      aim: aim(rate, '≥', 6, 12),
    },
    {
      label: 'lastmile, storing nothing',
      value: medianOf(nothing, 'perSecond'),
      unit: '1/s',
      ratio: `lastmile ${share.toFixed(2)} of it`,
      aim: aim(share, '≥', 0.4, 0.6),
    },
    {
      label: `the disk alone, ${loads.full.window} records together`,
      value: medianOf(disk, 'perSecond'),
      unit: '1/s',
      ratio: `lastmile ${ratioOf(full, disk, 'perSecond').toFixed(2)} of it`,
    },
    { label: 'FreeRADIUS with PostgreSQL: processor time', value: medianOf(beside, 'cpuMicros'), unit: 'µs' },
    { label: 'lastmile: processor time', value: medianOf(full, 'cpuMicros'), unit: 'µs' },
    { label: 'lastmile, storing nothing: processor time', value: medianOf(nothing, 'cpuMicros'), unit: 'µs' },
    { label: 'FreeRADIUS with PostgreSQL: p99 at 2,000/s', value: medianOf(besideSteady, 'p99'), unit: 'µs' },
    {
      label: 'lastmile: p99 at 2,000/s',
      value: medianOf(steady, 'p99'),
      unit: 'µs',
      ratio: `${p99.toFixed(2)} × PostgreSQL`,
      aim: aim(p99, '≤', 1, 0.65),
    },
    { label: 'answers missing or wrong, of both', value: failuresOf(results), unit: '' },
  ];
}
