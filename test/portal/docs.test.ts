import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { textsIn } from '../../src/portal/language.ts';

describe('docs/portals.md', () => {
  it('explains every reason a guest can be told', () => {
    const text = readFileSync(new URL('../../docs/portals.md', import.meta.url), 'utf8');
    const table = text.slice(text.indexOf('| reason | status |'));

    expect(Object.keys(textsIn.en.messages).filter((reason) => !table.includes(`\`${reason}\``))).toEqual([]);
  });
});
