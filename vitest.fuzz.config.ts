import { defineConfig } from 'vitest/config';

/** `npm run fuzz`: test/fuzz for as long as is asked for. */
export default defineConfig({
  test: { include: ['test/fuzz/*.fuzz.ts'], pool: 'forks', testTimeout: 0, disableConsoleIntercept: true },
});
