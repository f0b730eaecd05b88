import { calamities } from './break.ts';
import { torture } from './torture.ts';

/** Some of what `npm run torture` does. A step that shares no factor with the calamities: each meets all parts. */
const everyFourth = (sentences: number) => Array.from({ length: Math.floor(sentences / 4) }, (_, at) => at * 4);
const oneEach = (sentences: number) =>
  calamities.map((_, at) => Math.floor((sentences * (at + 0.5)) / calamities.length));

torture('a change of some thirty rows, broken after every fourth sentence', 20, everyFourth, 240_000);
torture('a change of three hundred rows, broken here and there', 300, oneEach, 240_000);
