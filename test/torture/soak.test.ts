import { soak } from './soak.ts';

/** Some of what `npm run torture` does: so small that what any program keeps of its first minutes counts for much. */
const small = { hours: 3, subscribers: 20, sessions: 60, logins: 100, mostPercent: 25 };

soak('three hours of a small network', small, 240_000);
