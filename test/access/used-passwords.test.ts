import { describe, expect, it } from 'vitest';
import { slotOf } from '../../src/access/portal-password.ts';
import { type PortalLogin, usedPasswords } from '../../src/access/used-passwords.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 30);
const minute = 60_000;

function use(more: Partial<PortalLogin> = {}): PortalLogin {
  return { site: 'cafe', username: 'anna', mac: '00:0C:42:00:D4:64', nas: 'core-1', slot: slotOf(now), ...more };
}

describe('a one-time password', () => {
  it('lets in once, as long as it is good', () => {
    const used = usedPasswords();

    expect(used.consume(use(), now)).toBe(true);
    expect(used.consume(use(), now)).toBe(false);
    expect(used.consume(use(), now + minute)).toBe(false);
  });

  it.each<[string, Partial<PortalLogin>]>([
    ['site', { site: 'roof' }],
    ['user', { username: 'ben' }],
    ['device', { mac: '00:0C:42:00:D4:65' }],
    ['router', { nas: 'core-2' }],
    ['minute', { slot: slotOf(now) - 1 }],
  ])('of another %s is another', (_, other) => {
    const used = usedPasswords();
    used.consume(use(), now);

    expect(used.consume(use(other), now)).toBe(true);
  });

  it('lets nobody in whose use could not be remembered, and forgets those that are too old to work', () => {
    const used = usedPasswords(2);
    used.consume(use({ username: 'a' }), now);
    used.consume(use({ username: 'b' }), now);

    expect(used.consume(use({ username: 'c' }), now)).toBe(false);
    expect(used.consume(use({ username: 'c', slot: slotOf(now) + 1 }), now + minute)).toBe(true);
    expect(used.consume(use({ username: 'c', slot: slotOf(now) + 2 }), now + 2 * minute)).toBe(true);
  });
});
