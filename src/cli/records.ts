import type { AdminClient } from '../admin/client.ts';
import type { Erased, HoldJson, RecordsService } from '../admin/records-service.ts';
import { either } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

/** What is stored of people, wherever it is asked for. */
export interface Records extends Pick<RecordsService, 'hold' | 'release' | 'erase'> {
  holds(): Promise<readonly HoldJson[]>;
  person: RecordsService['person'];
}

/** All of a year may have to be gone through. */
const longestMs = 3_600_000;

/** Has the daemon do it, which knows at once what is held and what is erased; where none runs, the command does it itself. */
export function withRecords<T>(
  options: { readonly state: string },
  around: Surroundings,
  work: (records: Records) => Promise<T>,
): Promise<T> {
  return either(
    options,
    around,
    (daemon) => work(recordsOf(daemon)),
    async (engine) => {
      const { recordsAlone } = await import('../daemon/stored/records-alone.ts');
      await using alone = await recordsAlone(engine, around);
      const { records } = alone;
      return await work({
        holds: async () => records.holds(),
        hold: (request) => records.hold(request),
        release: (request) => records.release(request),
        person: (request) => records.person(request),
        erase: (request) => records.erase(request),
      });
    },
  );
}

function recordsOf(daemon: AdminClient): Records {
  return {
    holds: () => daemon.get<readonly HoldJson[]>('/api/v1/holds'),
    hold: (request) => daemon.post<HoldJson>('/api/v1/holds', request),
    release: ({ number, ...why }) => daemon.post<HoldJson>(`/api/v1/holds/${number}/release`, why),
    person: async (request) => daemon.text(`/api/v1/export/person?${new URLSearchParams({ ...request })}`),
    erase: (request) => daemon.post<Erased>('/api/v1/erase', request, { waitMs: longestMs }),
  };
}
