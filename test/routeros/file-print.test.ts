import { describe, expect, it } from 'vitest';
import { cafe, everythingRouter, networkWith } from '../support/everything-network.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab } from '../support/ppp-network.ts';
import { brief, settle } from './menus/support.ts';

const model = networkWith(everythingRouter, cafe());

describe('a router whose print of files may show one folder alone', () => {
  it.each([
    ['and does', {}],
    ['and does, on a board with flash', { flash: true }],
  ])('%s, has its pages written once, and mended when somebody changed them', async (_what, options) => {
    await using lab = await Lab.start(model, { filesPrintOneFolder: true, ...options });
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    const page = lab.router.rows('/file').find(({ name }) => name?.endsWith('lastmile/lobby/login.html'));
    lab.router.set('/file', page?.['name'] ?? '', { contents: 'by hand' });

    const mended = await settle(lab, model, inventory);

    expect(brief(mended)).toEqual(['update /file lastmile/lobby/login.html contents']);
    expect(lab.router.row('/file', page?.['name'] ?? '')).toMatchObject({ contents: page?.['contents'] });
  });

  it('and knows no word for more, is read as it is', async () => {
    await using lab = await Lab.start(model, { version: '7.21.3' });
    const inventory = new MemoryInventory();
    // Folders are left, and nothing in them.
    lab.router.remove('/file', 'hotspot');

    const outcome = await settle(lab, model, inventory);

    expect(brief(outcome)).toContain('create /file lastmile/lobby/login.html');
  });
});
