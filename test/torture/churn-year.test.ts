import { liveThroughAYear, zones } from './churn-year.ts';

/** Some of what `npm run torture` does. */
const size = { days: 365, people: 3, sessions: 8, looks: 30, restarts: 4 };

liveThroughAYear(
  'a year of churn',
  zones.slice(0, 3).map((zone, at) => ({ zone, seed: at + 1, ...size })),
  240_000,
);
