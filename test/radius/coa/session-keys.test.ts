import { describe, expect, it } from 'vitest';
import { type SessionIdentity, sessionKeys } from '../../../src/radius/coa/session-keys.ts';
import { describeAttributes } from '../../../src/radius/dictionary/describe.ts';

const known: SessionIdentity = {
  username: '000c4200d464',
  sessionId: '80100014',
  framedIpAddress: '10.41.41.9',
  callingStationId: '00:0C:42:00:D4:64',
  nasIdentifier: 'core-1',
};

function namesOf(session: SessionIdentity): readonly (readonly string[])[] {
  return sessionKeys(session).map(({ keys }) => {
    const octets = Buffer.concat(keys);
    return describeAttributes(octets, 0, octets.length).map(({ name }) => name);
  });
}

describe('the session of a device at a hotspot', () => {
  it('IW-17: is never named by its MAC as User-Name alone', () => {
    expect(namesOf(known)).toEqual([
      ['User-Name', 'Acct-Session-Id', 'Framed-IP-Address', 'Calling-Station-Id', 'NAS-Identifier'],
      ['User-Name', 'Acct-Session-Id', 'Framed-IP-Address'],
      ['User-Name', 'Framed-IP-Address'],
    ]);
    const { framedIpAddress: _address, ...withoutAddress } = known;
    for (const names of namesOf(withoutAddress)) expect(names).toContain('Acct-Session-Id');
  });
});

describe('the session of somebody with a username', () => {
  it('IW-17: is named by User-Name and Acct-Session-Id where all we know is refused', () => {
    expect(namesOf({ ...known, username: 'anna' })[1]).toEqual(['User-Name', 'Acct-Session-Id']);
  });
});

describe('the session of a device that no address is known of', () => {
  it('IW-17: is named with its station, for an access point', () => {
    const { framedIpAddress: _address, ...station } = { ...known, sessionId: 'a4b1' };

    expect(namesOf(station)).toEqual([
      ['User-Name', 'Acct-Session-Id', 'Calling-Station-Id', 'NAS-Identifier'],
      ['User-Name', 'Acct-Session-Id', 'Calling-Station-Id'],
      ['User-Name', 'Calling-Station-Id'],
    ]);
  });
});

describe('the session on a NAS of another make', () => {
  it('IW-17: is named by its id alone, too, and by its station last', () => {
    const keys = sessionKeys({ ...known, username: 'anna' }, 'generic');

    expect(keys.map(({ keys: each, vague }) => [each.length, vague])).toEqual([
      [5, false],
      [2, false],
      [1, false],
      [2, true],
      [2, true],
    ]);
  });
});
