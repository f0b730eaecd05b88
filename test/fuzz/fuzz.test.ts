import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzz } from './lab.ts';

describe('packets of every kind, broken in any way', () => {
  it.each(['require', 'learn', 'off'] as const)(
    'with messageAuthenticator: %s, get no answer that they have not earned, and stop nothing',
    async (policy) => {
      const report = await fuzz(20_260_101, 12_000, policy);

      expect(report.failures).toEqual([]);
      // They do come through: what is never answered is never tried.
      expect(report.replies).toBeGreaterThan(1000);
    },
  );

  it('from any seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        expect((await fuzz(seed, 500, 'require')).failures).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});
