import { playWithTheClock } from './jumping-clock.ts';

/** Some of what `npm run torture` does. */
playWithTheClock('a clock that jumps by a second to 25 years', 40, [1, 2], 240_000);
