import { defineConfig } from 'vitest/config';

/** `npm run torture`: the whole of test/torture, which takes the better part of an hour. */
export default defineConfig({
  test: { include: ['test/torture/*.torture.ts'], pool: 'forks', maxWorkers: 2, hookTimeout: 60_000 },
});
