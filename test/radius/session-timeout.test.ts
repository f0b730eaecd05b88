import { describe, expect, it } from 'vitest';
import type { Authority } from '../../src/access/authority.ts';
import type { Login, LoginLimits } from '../../src/directory/reader.ts';
import { listAttributes } from '../../src/radius/packet/attributes.ts';
import type { RadiusServerOptions } from '../../src/radius/server.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { login, papRequest, startServer, TestNas } from './support.ts';

/** What RouterOS takes at most. */
const most = 21_474_720;
const { limits } = login('anna');

/** Session-Timeout of an Access-Accept, as it is on the wire. */
async function timeoutOf(of: Login, more: Partial<RadiusServerOptions> = {}): Promise<readonly number[]> {
  await using bench = await startServer([of], more);
  await using nas = await TestNas.open();
  const reply = await nas.exchange(papRequest('anna', 'correct horse').octets, bench.auth);
  expect(reply[0]).toBe(2);
  return listAttributes(reply, 20, reply.length)
    .filter(({ vendor, type }) => vendor === undefined && type === 27)
    .map(({ value }) => Buffer.from(value).readUInt32BE(0));
}

describe('the Session-Timeout of an Access-Accept', () => {
  it.each([
    ['a declared limit of ten years', login('anna', { limits: { ...limits, sessionTimeoutSeconds: 315_360_000 } })],
    ['a limit one second too long', login('anna', { limits: { ...limits, sessionTimeoutSeconds: most + 1 } })],
    ['an expiry in ten years', login('anna', { expires: Date.now() + 315_360_000_000 })],
  ])('is no longer than RouterOS takes: %s', async (_what, of) => {
    expect(await timeoutOf(of)).toEqual([most]);
  });

  it('is no longer than RouterOS takes, whatever a program of the operator’s answers', async () => {
    const accept = {
      verdict: 'accept',
      grants: () => limits,
      remainingSeconds: 4_000_000_000,
      sawPassword: true,
    } as const;

    const authority: Authority<LoginLimits> = { asks: 'all', ask: () => Promise.resolve(accept) };

    expect(await timeoutOf(login('anna'), { access: { authority: () => authority } })).toEqual([most]);
  });

  it('is a second at least: 0 would be no limit', async () => {
    const clock = new ManualClock();

    expect(await timeoutOf(login('anna', { expires: clock.now() + 900 }), { clock })).toEqual([1]);
  });

  it('is as long as declared up to then', async () => {
    expect(await timeoutOf(login('anna', { limits: { ...limits, sessionTimeoutSeconds: most } }))).toEqual([most]);
  });
});
