import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { LoginIndex } from '../../src/directory/login-index.ts';
import type { Login } from '../../src/directory/reader.ts';

function loginNamed(username: string, service = 'home'): Login {
  const limits = { interimSeconds: 120, attributes: [] };
  return { username, subscriber: username, service, password: new Secret('p'), state: 'active', radius: true, limits };
}

function found(index: LoginIndex, name: string): Login | undefined {
  const octets = Buffer.from(`ab${name}c`);
  return index.at(octets, 2, octets.length - 1);
}

const name = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'müller', '\u0000', 'a\u0000'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const change = fc.record({ name, remove: fc.boolean() });

describe('logins by username', () => {
  it('are those of a map, whatever was put and removed in between', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const [index, map] = [new LoginIndex(), new Map<string, Login>()];
        for (const [step, each] of changes.entries()) {
          if (each.remove) {
            index.delete(each.name);
            map.delete(each.name);
          } else {
            const login = loginNamed(each.name, String(step));
            index.set(login);
            map.set(each.name, login);
          }
        }

        for (const each of changes) expect(index.get(each.name)).toBe(map.get(each.name));
        expect(index.size).toBe(map.size);
        expect(new Set(index.values())).toEqual(new Set(map.values()));
      }),
    );
  });

  it('are found by their octets where these are plain ASCII, and not taken for others where they are not', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        const index = new LoginIndex();
        for (const each of names) index.set(loginNamed(each));

        for (const each of names) {
          const isPlain = /^[\0-\x7f]*$/.test(each);
          expect(found(index, each)?.username).toBe(isPlain ? each : undefined);
          expect(found(index, `${each}x`)?.username).toBe(
            names.includes(`${each}x`) && isPlain ? `${each}x` : undefined,
          );
        }
      }),
    );
  });

  it('stay found while thousands come and go', () => {
    const index = new LoginIndex();
    for (let turn = 0; turn < 20; turn += 1) {
      for (let at = 0; at < 3000; at += 1) index.set(loginNamed(`user-${turn}-${at}`));
      for (let at = 0; at < 3000; at += 1) if (at % 3 !== turn % 3) index.delete(`user-${turn}-${at}`);
    }

    expect(index.size).toBe(20 * 1000);
    expect(found(index, 'user-7-1')?.username).toBe('user-7-1');
    expect(found(index, 'user-7-2')).toBeUndefined();
    expect(index.get('user-19-2998')?.username).toBe('user-19-2998');
  });

  it('are fetched ahead from any octets, and are the same after', () => {
    const index = new LoginIndex();
    index.set({ ...loginNamed('anna'), limits: { interimSeconds: 1, attributes: [], address: '10.0.0.1' } });
    const packets = [Buffer.from('xxanna'), Buffer.from('xxotto'), Buffer.alloc(0)];

    index.fetch(packets, Uint16Array.of(2, 2, 2), Uint16Array.of(6, 6, 0));

    expect(found(index, 'anna')?.username).toBe('anna');
    expect(found(index, 'otto')).toBeUndefined();
  });
});
