import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/accounting/fold.ts';
import { packet } from '../support/accounting-event.ts';

/** RFC 2866 §5.10; 19 to 22 from RFC 3580 §3. */
const causes = [
  ...['User-Request', 'Lost-Carrier', 'Lost-Service', 'Idle-Timeout', 'Session-Timeout', 'Admin-Reset'],
  ...['Admin-Reboot', 'Port-Error', 'NAS-Error', 'NAS-Request', 'NAS-Reboot', 'Port-Unneeded', 'Port-Preempted'],
  ...['Port-Suspended', 'Service-Unavailable', 'Callback', 'User-Error', 'Host-Request', 'Supplicant-Restart'],
  ...['Reauthentication-Failure', 'Port-Reinitialized', 'Port-Administratively-Disabled'],
];

describe('why a session ended', () => {
  it('is told in the words of the standard, by its number where that is none of them', () => {
    const wordOf = (terminateCause: number) => applyEvent(undefined, packet('stop', 10, { terminateCause }))[0];

    expect(causes.map((_, at) => wordOf(at + 1)?.terminateCause)).toEqual(causes);
    expect([0, 23, 2 ** 32 - 1].map((number) => wordOf(number)?.terminateCause)).toEqual([
      'Cause-0',
      'Cause-23',
      'Cause-4294967295',
    ]);
  });
});

describe('a Stop that leaves out Gigawords', () => {
  const begun = packet('start', 0);
  const far = packet('interim', 600, {
    sessionSeconds: 600,
    inputOctets: 7,
    inputGigawords: 1,
    outputOctets: 5,
    outputGigawords: 3,
  });

  it.each([
    ['which its Interims had', 9, 3n * 2n ** 32n + 9n],
    ['though the low word went round once more', 2, 4n * 2n ** 32n + 2n],
  ])('has the whole of its counters, %s', (_, outputOctets, down) => {
    const stop = packet('stop', 900, { sessionSeconds: 900, inputOctets: 8, outputOctets });

    let session = applyEvent(undefined, begun).at(-1);
    for (const event of [far, stop, stop]) session = applyEvent(session, event).at(-1) ?? session;

    expect(session).toMatchObject({ upOctets: 2n ** 32n + 8n, downOctets: down, sessionSeconds: 900 });
    expect(session?.stoppedAt).toBeDefined();
  });
});
