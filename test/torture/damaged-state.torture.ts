import { tortureDamaged } from './damaged-state.ts';

tortureDamaged('a state folder of which one bit was changed, at a thousand places', 1000, 1_800_000);
