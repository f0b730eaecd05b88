import { describe, expect, it } from 'vitest';
import { doorOfSession } from '../../src/radius/door.ts';

describe('the way in of a session', () => {
  it.each([
    ['80100014', 'hotspot'],
    ['81c00002', 'pppoe'],
    ['82000001', 'dhcp'],
    ['83000001', undefined],
    ['8010001', undefined],
    ['801000140', undefined],
    ['8010001g', undefined],
    ['5f80100014', undefined],
    ['', undefined],
  ])('is told by its id on RouterOS: %s, %s', (id, door) => {
    expect(doorOfSession(id, 'mikrotik')).toBe(door);
    expect(doorOfSession(id, 'generic')).toBeUndefined();
    expect(doorOfSession(id, undefined)).toBeUndefined();
  });
});
