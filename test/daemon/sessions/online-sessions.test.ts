import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/accounting/event.ts';
import { Secret } from '../../../src/base/secret.ts';
import { onlineSessions } from '../../../src/daemon/sessions/online-sessions.ts';
import type { Nas } from '../../../src/directory/reader.ts';

const session: Session = {
  ...{ key: '1', nas: 'access-points', sessionId: '5f0a', username: 'anna', nasIpAddress: '192.0.2.9' },
  ...{ startedAt: 0, updatedAt: 0, sessionSeconds: 0, upOctets: 0n, downOctets: 0n },
};

function seen(clientAddress: string): unknown {
  const nas: Nas = {
    ...{ name: 'access-points', clientAddress, secret: new Secret('canary'), profile: 'generic', coaPort: 3799 },
    messageAuthenticator: 'off',
  };
  const accounting = { open: () => [session], openOf: () => [session] };
  return onlineSessions(accounting, { nas: () => nas }).sessionsOf('anna');
}

describe('a session that accounting knows', () => {
  it('is on one of the devices where its NAS is a prefix', () => {
    expect(seen('192.0.2.0/24')).toMatchObject([{ nas: 'access-points', nasAddress: '192.0.2.9' }]);
  });

  it('is just on its NAS otherwise, whatever address that says of itself', () => {
    expect(seen('192.0.2.1')).toEqual([{ username: 'anna', sessionId: '5f0a', nas: 'access-points', radius: true }]);
  });
});
