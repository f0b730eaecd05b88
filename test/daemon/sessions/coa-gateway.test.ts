import { randomFillSync } from 'node:crypto';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/accounting/event.ts';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { CoaGateway } from '../../../src/daemon/sessions/coa-gateway.ts';

/** Looks like an address of this machine and is none. */
const notYetOurs = '127.0.0.1:none';

const session: Session = {
  key: 'k',
  nas: 'core-1',
  sessionId: '81c00001',
  username: 'anna',
  startedAt: 0,
  updatedAt: 0,
  sessionSeconds: 0,
  upOctets: 0n,
  downOctets: 0n,
};

const nas = {
  name: 'core-1',
  clientAddress: '127.0.0.1',
  secret: new Secret('s'),
  profile: 'mikrotik',
  messageAuthenticator: 'require',
  coaPort: 9,
} as const;

function gateway(): CoaGateway {
  const quick = { initialMs: 5, mostMs: 5, sends: 1 };
  return new CoaGateway({
    clock: systemClock,
    random: (octets) => void randomFillSync(octets),
    log: pino({ level: 'silent' }),
    retry: quick,
    retryWithoutTimestamp: quick,
  });
}

describe('a source address that cannot be had', () => {
  it('fails the request, and the next is sent once there is another', async () => {
    await using coa = gateway();
    coa.useSource([notYetOurs]);

    await expect(coa.disconnect(nas, session)).rejects.toMatchObject({ code: 'LM_RADIUS_LISTEN' });
    coa.useSource(['127.0.0.1']);

    expect(await coa.disconnect(nas, session)).toEqual({ result: 'timeout' });
  });

  it('is tried anew by each request', async () => {
    await using coa = gateway();
    coa.useSource([notYetOurs]);
    const first = await coa.disconnect(nas, session).catch((error: unknown) => error);

    const second = await coa.disconnect(nas, session).catch((error: unknown) => error);

    expect(second).toMatchObject({ code: 'LM_RADIUS_LISTEN' });
    expect(second).not.toBe(first);
  });

  it('does not stand in the way of stopping', async () => {
    const coa = gateway();
    coa.useSource([notYetOurs]);
    await coa.disconnect(nas, session).catch(() => undefined);
    const asking = coa.disconnect(nas, session).catch((error: unknown) => error);

    await coa[Symbol.asyncDispose]();

    expect(await asking).toMatchObject({ code: 'LM_RADIUS_LISTEN' });
  });
});
