import { tortureAccounting } from './accounting-kills.ts';

tortureAccounting(
  'a daemon that is killed a thousand times while it acknowledges accounting',
  1000,
  20_261_122,
  3_600_000,
);
