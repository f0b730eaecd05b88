import { tortureDamaged } from './damaged-state.ts';

/** Some of what `npm run torture` does. */
tortureDamaged('a state folder of which one bit was changed, or a file cut short', 16, 240_000);
