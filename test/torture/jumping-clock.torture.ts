import { playWithTheClock } from './jumping-clock.ts';

const seeds = Array.from({ length: 20 }, (_, at) => 20_261_122 + at);

playWithTheClock('a clock that jumps ten thousand times by a second to 25 years', 500, seeds, 600_000);
