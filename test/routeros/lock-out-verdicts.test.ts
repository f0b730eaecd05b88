import { describe, expect, it } from 'vitest';
import { judgeAccess } from '../../src/routeros/lock-out/judge.ts';
import { linesOf, randomAccess } from '../support/random-access.ts';

const cases = 250;

describe('changes of routers that are made up', () => {
  it('are judged as they were, for the same reasons', async () => {
    const told = Array.from({ length: cases }, (_, seed) => {
      const seen = randomAccess(seed);
      return [`case ${seed}: ${seen.changes.length} changes`, ...linesOf(judgeAccess(seen), seen.changes)].join('\n');
    });

    await expect(`${told.join('\n')}\n`).toMatchFileSnapshot('./lock-out-verdicts.txt');
  });
});
