import { createRequire } from 'node:module';

/*
 * fast-check as `npm test` has it: inputs are made up of one seed, so that a run is like the one before it. With
 * LASTMILE_TEST_SEED=random they are others each time, and what fails tells its own.
 */
const { default: fc } = createRequire(import.meta.url)('fast-check') as typeof import('fast-check');
const { LASTMILE_TEST_SEED: seed = '20261122' } = process.env;
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

// biome-ignore lint/style/noDefaultExport: it stands in for a module that has one.
export default fc;
