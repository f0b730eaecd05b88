import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const seeded = fileURLToPath(new URL('test/support/seeded-fast-check.ts', import.meta.url));

export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: seeded }] },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Left to itself Vitest keeps one processor free, which is half of a machine with two.
    maxWorkers: '100%',
    // Only against waiting for ever: how long a test takes, the machine decides and who else is at work on it.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
