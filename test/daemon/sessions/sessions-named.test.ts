import { describe, expect, it } from 'vitest';
import { SessionIndex } from '../../../src/accounting/sessions/session-index.ts';
import type { SessionState } from '../../../src/accounting/sessions/session-state.ts';
import { AmbiguousError } from '../../../src/admin/request-error.ts';
import { sessionNamed, usersNamed } from '../../../src/daemon/sessions/sessions-named.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { loginOf } from '../../../src/directory/row-meaning.ts';

function indexOf(...sessions: readonly (readonly [nas: string, id: string, username: string])[]): SessionIndex {
  const index = new SessionIndex(10);
  for (const [nas, sessionId, username] of sessions) {
    index.put({
      key: `${nas}-${sessionId}-${username}`,
      nas,
      sessionId,
      username,
      startedAt: 0,
      updatedAt: 0,
      sessionSeconds: 0,
      upOctets: 0n,
      downOctets: 0n,
    } as SessionState);
  }
  return index;
}

function keys(index: SessionIndex, text: string): readonly string[] {
  return sessionNamed(index, text).map(({ key }) => key);
}

describe('a session named by its id', () => {
  it('is found however the id is written', () => {
    const index = indexOf(['core-1', '81c0000a', 'anna'], ['core-1', '81c0000b', 'ben']);

    for (const text of ['81c0000a', '0x81C0000A', '81C0000A', 'core-1/81c0000a', 'core-1/0x81c0000a']) {
      expect(keys(index, text)).toEqual(['core-1-81c0000a-anna']);
    }
    expect(keys(index, 'core-2/81c0000a')).toEqual([]);
    expect(keys(index, 'nosuch')).toEqual([]);
  });

  it('is refused when several NAS have it, with all of them, and found by NAS/ID', () => {
    const index = indexOf(['core-1', '1', 'anna'], ['core-2', '1', 'ben']);

    expect(() => sessionNamed(index, '1')).toThrow(AmbiguousError);
    expect(() => sessionNamed(index, '1')).toThrow('core-1/1 (anna), core-2/1 (ben)');
    expect(keys(index, 'core-2/1')).toEqual(['core-2-1-ben']);
  });

  it('is the one that is written exactly so, where others differ in capitals', () => {
    const index = indexOf(['core-1', 'aB', 'anna'], ['core-1', 'Ab', 'ben']);

    expect(keys(index, 'Ab')).toEqual(['core-1-Ab-ben']);
    expect(() => sessionNamed(index, 'ab')).toThrow(AmbiguousError);
  });

  it('may have a slash in its own id', () => {
    const index = indexOf(['core-1', '0/1/7', 'anna'], ['core-1', '7', 'ben']);

    expect(keys(index, '0/1/7')).toEqual(['core-1-0/1/7-anna']);
    expect(keys(index, 'core-1/0/1/7')).toEqual(['core-1-0/1/7-anna']);
  });
});

describe('the users a name stands for', () => {
  const directory = new Directory();
  directory.putLogin(loginOf({ identity: 'anna@isp', fields: { subscriber: 'anna' } }));
  directory.putDevice(loginOf({ identity: '00:0C:42:00:D4:64', fields: { subscriber: 'anna' } }));
  directory.putLogin(loginOf({ identity: 'ben', fields: { subscriber: 'ben-w' } }));

  it.each([
    ['ben', ['ben']],
    ['anna', ['anna@isp', '00:0C:42:00:D4:64']],
    ['000c.4200.d464', ['000c.4200.d464']],
    ['gone-from-git', ['gone-from-git']],
  ])('%s: %j', (name, users) => {
    expect(usersNamed(directory, name)).toEqual(users);
  });
});
