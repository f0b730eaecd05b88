// Memory of the shipped command with 100,000 subscribers: when it has loaded them, and while it lets all of them in and keeps
// what it decided about each; beside the same with hardly any.
import { declareNetwork, startDaemon } from './shared/lastmile-daemon.mjs';
import { lanes, measureLoad, preparePackets } from './shared/load.mjs';
import { subscribers, withPeers } from './shared/peers.mjs';
import { memoryOf, peakMemoryOf } from './shared/processes.mjs';
import { accessRequest } from './shared/radius-requests.mjs';
import { aim, report } from './shared/report.mjs';

const few = 10;

const [hardlyAny, all] = [await memoryWith(few), await memoryWith(subscribers)];
const each = ((all.serving - hardlyAny.serving) / subscribers) * 100_000;
report('radius-memory', `memory of the daemon, ${subscribers.toLocaleString('en')} subscribers`, [
  { label: `with ${few}, serving`, value: hardlyAny.serving, unit: 'MiB' },
  { label: 'with all, loaded', value: all.loaded, unit: 'MiB' },
  {
    label: 'with all, after letting each in',
    value: all.serving,
    unit: 'MiB',
    aim: aim(all.serving, '≤', 450e6 / 2 ** 20, 250e6 / 2 ** 20),
  },
  { label: 'the most it ever had, while loading', value: all.peak, unit: 'MiB' },
  { label: 'for 100,000 subscribers', value: each, unit: 'MiB' },
  { label: 'answers missing or wrong', value: hardlyAny.failures + all.failures, unit: '' },
]);

/** Everybody logs in once, at 5,000 a second. */
function memoryWith(count) {
  return withPeers(async ({ folder, keep, program }) => {
    declareNetwork(folder, count);
    const daemon = keep(await startDaemon(folder));
    const loaded = memoryOf(daemon.pid);
    const perLane = Math.ceil(subscribers / lanes);
    const prepared = preparePackets(folder, 'pap', perLane, (lane, number) =>
      accessRequest('pap', number & 255, (number * lanes + lane) % count),
    );
    const run = { rate: 5_000, code: 2, warmUpMs: 0, measuredMs: 60_000, once: true };
    const { lost, bad } = await measureLoad({ ...run, program, prepared, port: daemon.port, pid: daemon.pid });
    return { loaded, serving: memoryOf(daemon.pid), peak: peakMemoryOf(daemon.pid), failures: lost + bad };
  });
}
