import { soak } from './soak.ts';

const day = { hours: 24, subscribers: 1000, sessions: 22_000, logins: 270_000, mostPercent: 3 };

soak('a day of a thousand subscribers who dial all the time', day, 3_600_000);
