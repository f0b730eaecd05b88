import { describe, expect, it } from 'vitest';
import { modelOf } from '../../support/manifest.ts';

const dayMs = 86_400_000;
const operator = (retention: string) =>
  `apiVersion: lastmile/v1\nkind: Operator\nmetadata: {name: isp}\nspec: {accounting: {retention: ${retention}}}\n`;

describe('how long is kept what', () => {
  it('is as declared, of events and dead letters as well; what is not named has no time', () => {
    const { operator: resolved } = modelOf({ 'o.yaml': operator('{sessions: 400d, events: 7d, letters: 90d}') });

    expect(resolved.accounting.retention).toEqual({
      sessionsMs: 400 * dayMs,
      eventsMs: 7 * dayMs,
      lettersMs: 90 * dayMs,
    });
  });
});
