import { describe, expect, it } from 'vitest';
import { readMarker } from '../../src/reconcile/marker.ts';
import { type ShownRow, SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seeded, setUp, versions } from './random-router.ts';
import { Desk } from './support.ts';

/** For a longer look: LASTMILE_SEEDS=1000:500 tries 500 routers from that number on. */
const [from = 1, count = 6] = (process.env['LASTMILE_SEEDS'] ?? '1:6').split(':').map(Number);
const seeds = Array.from({ length: count }, (_, at) => ({
  seed: from + at,
  version: versions[(from + at) % versions.length] ?? '',
}));

describe('a router that many hands set up, in whatever way', () => {
  it.each(seeds)(
    'is imported as it is, and taken over ($seed, RouterOS $version)',
    { timeout: 60_000 },
    async (given) => {
      await using router = await routerFrom(given);
      await using desk = await Desk.open();
      desk.declare(router);
      const before = configurationOf(router);

      const imported = await desk.import();
      const planned = await desk.plan();

      expect(imported, imported.out + imported.err).toMatchObject({ code: 0 });
      expect(imported.err.split('\n').filter((line) => line !== '' && !line.includes('looks like a secret'))).toEqual(
        [],
      );
      expect(imported.out).toContain('The next plan of it is empty.');
      expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
      expect(configurationOf(router)).toEqual(before);

      // What was left out for the sake of something that was left out, too, may be found by a second look.
      const again = await desk.import();
      expect(again, again.err).toMatchObject({ code: 0 });
      expect(again.out).toContain('The next plan of it is empty.');

      desk.takeOver();
      const applied = await desk.apply();
      const after = await desk.plan({ state: desk.state });
      expect(applied, applied.out + applied.err).toMatchObject({ code: 0 });
      expect(after, after.out + after.err).toMatchObject({ code: 0 });
      expect(withoutMarks(configurationOf(router))).toEqual(withoutMarks(before));
    },
  );
});

/** Its clock stands still: nothing about it changes but by what is done to it. */
async function routerFrom({ seed, version }: (typeof seeds)[number]): Promise<SimulatedRouterOs> {
  const random = seeded(seed);
  const router = await SimulatedRouterOs.start({
    clock: new ManualClock(),
    version,
    users: [{ name: 'lastmile', password: 'api' }],
    packages: random() < 0.5 ? ['user-manager', 'wireless'] : [],
  });
  setUp(router, random);
  await router.settled();
  return router;
}

type Configuration = Readonly<Record<string, readonly ShownRow[]>>;

/** What people set up: no log, no logins, no rows that the router makes by itself. */
function configurationOf(router: SimulatedRouterOs): Configuration {
  const menus = router.menus.filter((path) => !['/log', '/user', '/user/active', '/ip/service'].includes(path));
  return Object.fromEntries(menus.map((path) => [path, router.rows(path).filter((row) => row['dynamic'] !== 'true')]));
}

function withoutMarks(configuration: Configuration): Configuration {
  const bare = ({ comment, ...row }: ShownRow): ShownRow => {
    // Space at the end of a person's words is not kept.
    const ownText = readMarker(comment ?? '').ownText.trimEnd();
    return ownText === '' ? row : { ...row, comment: ownText };
  };
  return Object.fromEntries(Object.entries(configuration).map(([menu, rows]) => [menu, rows.map(bare)]));
}
