import { liveThroughAYear, zones } from './churn-year.ts';

const size = { days: 365, people: 8, sessions: 60, looks: 600, restarts: 40 };

liveThroughAYear(
  'forty years of churn',
  Array.from({ length: 40 }, (_, at) => ({ zone: zones[at % zones.length] ?? 'UTC', seed: 1000 + at, ...size })),
  600_000,
);
