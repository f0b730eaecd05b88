import { torture } from './torture.ts';

const every = (sentences: number) => Array.from({ length: sentences }, (_, at) => at);

torture('a change of a thousand rows, broken after every sentence', 980, every, 3_600_000);
