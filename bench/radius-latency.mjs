// How long a login takes at a steady 5,000 a second, of the shipped command and of FreeRADIUS with `files`. Open loop: requests go
// out when they are due, whether or not earlier ones were answered, and are timed from then.
import { missingFreeradius, startFreeradiusFiles } from './shared/freeradius.mjs';
import { declareNetwork, startDaemon } from './shared/lastmile-daemon.mjs';
import { measureLoad, preparePackets } from './shared/load.mjs';
import { alternate, anybody, failuresOf, medianOf, ratioOf, subscribers, withPeers } from './shared/peers.mjs';
import { accessRequest } from './shared/radius-requests.mjs';
import { aim, report } from './shared/report.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const run = { rate: 5000, warmUpMs: 1000, measuredMs: 5000, code: 2 };

const missing = missingFreeradius({ sql: false });
if (missing !== undefined) {
  console.error(`radius-latency: ${missing}`);
  process.exit(1);
}
await withPeers(async ({ folder, keep, program }) => {
  declareNetwork(folder, subscribers);
  const lastmile = keep(await startDaemon(folder));
  const files = keep(await startFreeradiusFiles(folder, { subscribers }));
  const prepared = preparePackets(folder, 'pap', 2048, (_, number) => accessRequest('pap', number & 255, anybody()));
  const measure = (port, pid) => () => measureLoad({ ...run, program, prepared, port, pid });
  const contenders = { files: measure(files.ports.pap, files.pid), lastmile: measure(lastmile.port, lastmile.pid) };
  const results = await alternate(contenders, rounds);
  report('radius-latency', `PAP at ${run.rate.toLocaleString('en')} logins a second, open loop`, rowsOf(results));
});

function rowsOf(results) {
  const besideFiles = (field) => {
    const times = ratioOf(results.lastmile, results.files, field);
    return { ratio: `${times.toFixed(2)} × files`, ...(field === 'p99' ? { aim: aim(times, '≤', 1, 0.6) } : {}) };
  };
  const percentiles = [
    ['p50', 'p50'],
    ['p99', 'p99'],
    ['p99.9', 'p999'],
  ];
  return [
    ...percentiles.flatMap(([label, field]) => [
      { label: `FreeRADIUS with files: ${label}`, value: medianOf(results.files, field), unit: 'µs' },
      { label: `lastmile: ${label}`, value: medianOf(results.lastmile, field), unit: 'µs', ...besideFiles(field) },
    ]),
    { label: 'answers missing or wrong, of both', value: failuresOf(results), unit: '' },
  ];
}
