import { tortureAccounting } from './accounting-kills.ts';

/** Another number of kills, or others: `LASTMILE_TORTURE_KILLS=100 LASTMILE_TORTURE_SEED=7 npm run torture -- accounting`. */
const { LASTMILE_TORTURE_KILLS: kills = '1000', LASTMILE_TORTURE_SEED: seed = '20261122' } = process.env;

tortureAccounting(
  'a daemon that is killed a thousand times while it acknowledges accounting',
  Number(kills),
  Number(seed),
  3 * 3_600_000,
);
