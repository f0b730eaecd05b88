// Logins per second of the shipped command with 100,000 subscribers, beside FreeRADIUS with `files` (3 threads) by PAP, CHAP and
// MS-CHAPv2, beside FreeRADIUS with PostgreSQL by PAP, and beside a bare UDP echo. Message-Authenticator required and given.
import { startEcho } from './shared/echo.mjs';
import { missingFreeradius, startFreeradiusFiles, startFreeradiusSql } from './shared/freeradius.mjs';
import { declareNetwork, startDaemon } from './shared/lastmile-daemon.mjs';
import { measureLoad, preparePackets } from './shared/load.mjs';
import { alternate, anybody, failuresOf, medianOf, ratioOf, subscribers, withPeers } from './shared/peers.mjs';
import { missingPostgres, startPostgres } from './shared/postgres.mjs';
import { accessRequest } from './shared/radius-requests.mjs';
import { besideRow, report } from './shared/report.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const run = { window: 128, warmUpMs: 500, measuredMs: 2000 };
const perLane = 2048;
const accept = 2;

const missing = missingFreeradius({ sql: true }) ?? missingPostgres();
if (missing !== undefined) {
  console.error(`radius-peers: ${missing}`);
  process.exit(1);
}
await withPeers(async (bench) => {
  const results = await alternate(await contenders(bench), rounds);
  report('radius-peers', `logins, ${subscribers.toLocaleString('en')} subscribers, one process`, rowsOf(results));
});

async function contenders({ folder, keep, program }) {
  declareNetwork(folder, subscribers);
  const [echo, lastmile] = [keep(await startEcho()), keep(await startDaemon(folder))];
  const files = keep(await startFreeradiusFiles(folder, { subscribers }));
  const database = keep(await startPostgres(folder, subscribers));
  const sql = keep(await startFreeradiusSql(folder, database));
  const [pap, chap, mschap2] = ['pap', 'chap', 'mschap2'].map((method) =>
    preparePackets(folder, method, perLane, (_, number) => accessRequest(method, number & 255, anybody())),
  );
  const measure =
    (prepared, port, pid, code = accept) =>
    () =>
      measureLoad({ ...run, program, prepared, port, pid, code, check: code === accept });
  return {
    echo: measure(pap, echo.port, echo.pid, 1),
    'lastmile pap': measure(pap, lastmile.port, lastmile.pid),
    'files pap': measure(pap, files.ports.pap, files.pid),
    'sql pap': measure(pap, sql.ports.pap, [sql.pid, database.pid]),
    'lastmile chap': measure(chap, lastmile.port, lastmile.pid),
    'files chap': measure(chap, files.ports.chap, files.pid),
    'lastmile mschap2': measure(mschap2, lastmile.port, lastmile.pid),
    'files mschap2': measure(mschap2, files.ports.mschap2, files.pid),
  };
}

function rowsOf(results) {
  const of = (label, name) => [
    { label, value: medianOf(results[name], 'perSecond'), unit: '1/s' },
    { label: `${label}: processor time`, value: medianOf(results[name], 'cpuMicros'), unit: 'µs' },
  ];
  const beside = (label, method, peer, ...goals) =>
    besideRow(label, ratioOf(results[`lastmile ${method}`], results[peer], 'perSecond'), '≥', ...goals);
  return [
    ...of('bare dgram echo', 'echo'),
    ...of('FreeRADIUS with files, PAP', 'files pap'),
    ...of('FreeRADIUS with PostgreSQL, PAP', 'sql pap'),
    ...of('lastmile, PAP', 'lastmile pap'),
    beside('lastmile, PAP: beside files', 'pap', 'files pap', 1.5, 1.8),
    beside('lastmile, PAP: beside PostgreSQL', 'pap', 'sql pap', 18, 23),
    beside('lastmile, PAP: beside the echo', 'pap', 'echo', 0.5, 0.6),
    ...of('FreeRADIUS with files, CHAP', 'files chap'),
    ...of('lastmile, CHAP', 'lastmile chap'),
    beside('lastmile, CHAP: beside files', 'chap', 'files chap', 1.3, 1.8),
    ...of('FreeRADIUS with files, MS-CHAPv2', 'files mschap2'),
    ...of('lastmile, MS-CHAPv2', 'lastmile mschap2'),
    beside('lastmile, MS-CHAPv2: beside files', 'mschap2', 'files mschap2', 0.9, 1.3),
    { label: 'answers missing or wrong, of all', value: failuresOf(results), unit: '' },
  ];
}
