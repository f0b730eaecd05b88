import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouterOsRow } from '../../src/routeros/wire/reply.ts';
import { type Binding, pppPorts } from '../../src/usage/ppp-ports.ts';

const mac = '02:00:00:00:00:AA';

function session(id: number, seconds: number, about: Readonly<Record<string, string>> = {}): RouterOsRow {
  const sessionId = `0x81C0000${id}`;
  return { name: 'anna', service: 'l2tp', 'caller-id': mac, 'session-id': sessionId, uptime: `${seconds}s`, ...about };
}

function binding(id: number, name: string, seconds: number, user = 'anna'): Binding {
  const row = { '.id': `*F0000${id}`, name, user, 'client-address': mac, uptime: `${seconds}s`, running: 'true' };
  return { service: 'l2tp', row };
}

describe('the interfaces of dial-in sessions', () => {
  it('are told apart by their age, where one caller has two', () => {
    const [stale, fresh] = [session(1, 600), session(2, 5)];

    const { of } = pppPorts([fresh, stale], [binding(7, '<l2tp-anna-1>', 6), binding(6, '<l2tp-anna>', 600)]);

    expect(of).toEqual(
      new Map([
        [stale, '<l2tp-anna>'],
        [fresh, '<l2tp-anna-1>'],
      ]),
    );
  });

  it('are not known for a moment, where one went and another came while the tables were read', () => {
    const stale = session(1, 600);

    const { of, unclear } = pppPorts([stale], [binding(7, '<l2tp-anna>', 1)]);

    expect(of.size + unclear.size).toBe(0);
  });

  it('are that of its name where no binding is shown, and unclear where two have that name', () => {
    const [one, ben, twin] = [session(1, 10), session(2, 10, { name: 'ben' }), session(3, 10)];

    expect(pppPorts([one, ben], []).of).toEqual(
      new Map([
        [one, '<l2tp-anna>'],
        [ben, '<l2tp-ben>'],
      ]),
    );
    expect(pppPorts([one, twin], [])).toEqual({ of: new Map(), unclear: new Set([one, twin]) });
  });

  it('SPL-23: never belong to two, whoever is online as often as he likes', () => {
    const online = fc.record({
      who: fc.constantFrom('anna', 'ben', 'anna-1'),
      age: fc.integer({ min: 0, max: 900 }),
      bound: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(online, { maxLength: 8 }), (all) => {
        const rows = all.map(({ who, age }, at) => session(at, age, { name: who }));
        const bindings = all.flatMap(({ who, age, bound }, at) =>
          bound ? [binding(at, `<l2tp-${who}-${at}>`, age, who)] : [],
        );

        const ports = [...pppPorts(rows, bindings).of.values()];

        expect(new Set(ports).size).toBe(ports.length);
      }),
    );
  });
});
