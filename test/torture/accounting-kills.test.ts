import { tortureAccounting } from './accounting-kills.ts';

/** Some of what `npm run torture` does. */
tortureAccounting('a daemon that is killed while it acknowledges accounting', 4, 7, 240_000);
