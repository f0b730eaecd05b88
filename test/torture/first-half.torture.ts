import { torture } from './torture.ts';

/** Two files, for two processors. */
const half = (sentences: number) => Array.from({ length: sentences }, (_, at) => at).filter((at) => at * 2 < sentences);

torture('a change of a thousand rows, broken after every sentence of its first half', 980, half, 3_600_000);
