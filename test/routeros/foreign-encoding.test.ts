import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { allMenus } from '../../src/routeros/all-menus.ts';
import { inverseScript } from '../../src/routeros/inverse-script.ts';
import { writtenAs } from '../../src/routeros/wire/reply.ts';
import { attributeWord, octetsOf, verbatim } from '../../src/routeros/wire/words.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab, networkOf, subscriber } from '../support/ppp-network.ts';

const { signal } = new AbortController();
/** `Анна, дом 3` as WinBox writes it on a PC with the Russian code page (windows-1251). */
const anna = Buffer.from('c0edede02c20e4eeec2033', 'hex');

/** A router on which somebody made anna's row with such a comment, before us. */
async function madeByHand() {
  const model = networkOf(subscriber('anna'));
  const lab = await Lab.start(model);
  const session = await lab.target.session(signal);
  const fields = { name: 'anna', password: 'pa55-anna', service: 'pppoe', comment: verbatim(anna) };
  await session.run('/ppp/secret/add', fields, { signal });
  const comment = async () => {
    const { rows } = await session.run('/ppp/secret/print', { '.proplist': 'comment' }, { signal });
    return rows.map((row) => writtenAs(row, 'comment') ?? row['comment'] ?? '');
  };
  return { lab, model, session, comment };
}

describe('a comment in another encoding than UTF-8', () => {
  it('stays as it was, octet for octet, when our marker is put behind it', async () => {
    const { lab, model, comment } = await madeByHand();
    await using _lab = lab;
    const guard = { deleteLimits: model.operator.reconcile.deleteLimits };
    const deps = { inventory: new MemoryInventory(), guard, signal };
    const before = await comment();

    const outcome = await reconcileOnce(lab.target, model, deps);

    expect(outcome).toMatchObject({ result: 'applied' });
    expect(before).toEqual([verbatim(anna)]);
    expect(await comment()).toEqual([`${verbatim(anna)} lm:isp/Subscriber/anna`]);
    expect((await reconcileOnce(lab.target, model, deps)).plan.changes).toEqual([]);
  });

  it('is made again as it was by the router that takes its removal back', async () => {
    const { lab, session, comment } = await madeByHand();
    await using _lab = lab;
    const { rows } = await lab.target.observe(signal);
    const row = rows.find(({ menu }) => menu === '/ppp/secret');
    const gone = {
      action: 'delete' as const,
      menu: '/ppp/secret',
      identity: 'anna',
      owner: 'Subscriber/anna',
      set: {},
    };
    const menus = new Map(allMenus.map((menu) => [menu.path, menu]));
    const context = { rows, menus, operator: 'isp', board: { flash: false }, rules: lab.target };
    const { statements } = inverseScript([{ ...gone, ...(row === undefined ? {} : { before: row }) }], context);
    lab.router.remove('/ppp/secret', 'anna');

    await session.run('/execute', { script: statements.join('\n'), 'as-string': '' }, { signal });

    expect(await comment()).toEqual([verbatim(anna)]);
  });
});

describe('octets that are no UTF-8, as text', () => {
  it('are written as they were read, whatever they are', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets));
    fc.assert(fc.property(bytes, (octets) => octetsOf(verbatim(octets)).equals(octets)));
  });

  it('are the only text that is not written as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(octetsOf(text)).toEqual(Buffer.from(text));
        expect(attributeWord('comment', text)).toBe(`=comment=${text}`);
      }),
    );
    expect(isUtf8(octetsOf(verbatim(anna)))).toBe(false);
  });
});
