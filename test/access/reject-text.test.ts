import { describe, expect, it } from 'vitest';
import { reasonOfText, rejectText } from '../../src/access/reject-text.ts';

describe('the text of a reject', () => {
  it('is the same for a wrong name, a wrong password and a wrong device', () => {
    const texts = ['unknown-subscriber', 'wrong-password', 'wrong-mac'] as const;

    expect(new Set(texts.map((reason) => rejectText[reason])).size).toBe(1);
    expect(reasonOfText(rejectText['unknown-subscriber'])).toBe('wrong-password');
  });

  it('tells its reason to the portal that reads it in an error of the router', () => {
    for (const text of Object.values(rejectText)) {
      const reason = reasonOfText(` ${text}\n`);

      expect(reason === undefined ? undefined : rejectText[reason]).toBe(text);
    }
    expect(reasonOfText('invalid username or password')).toBeUndefined();
    expect(reasonOfText('')).toBeUndefined();
  });
});
