import { describe, expect, it } from 'vitest';
import { sessionTable } from '../../src/eap/session-table.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { fillRandom } from './support.ts';

describe('a conversation that goes on', () => {
  it('is found by the State that it waits for and the one before, and leaves no other behind', () => {
    const table = sessionTable<void>({ clock: new ManualClock(), random: fillRandom, most: 9, mostEngaged: 9 });
    const session = table.open('192.0.2.1');
    if (session === undefined) throw new Error('no room');
    const answered = (state: Buffer) =>
      table.answered(session, { state: state.toString('hex'), eap: state, answer: Promise.resolve() });
    const first = table.renew(session);
    answered(first);

    const [unused, second] = [table.renew(session), table.renew(session)];
    const found = [first, unused, second].map((state) => table.find(state, '192.0.2.1') === session);
    table.close(session);

    expect(found).toEqual([true, false, true]);
    for (const state of [first, unused, second]) expect(table.find(state, '192.0.2.1')).toBeUndefined();
  });
});
