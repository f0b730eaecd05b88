import { describe, expect, it } from 'vitest';
import type { Authority } from '../../../src/access/authority.ts';
import type { Session } from '../../../src/accounting/event.ts';
import { grantedOtherwise } from '../../../src/daemon/logins/granted-otherwise.ts';
import { Directory } from '../../../src/directory/directory.ts';
import type { Login, LoginLimits } from '../../../src/directory/reader.ts';
import { loginOf, servedLogin } from '../../../src/directory/row-meaning.ts';
import { directoryRows } from '../../../src/directory/rows.ts';
import { asOf } from '../../../src/model/as-of.ts';
import { emptyFrame, firstValue, readFrame } from '../../../src/radius/packet/framing.ts';
import { coreNas, papRequest, startServer, TestNas } from '../../radius/support.ts';
import { document, modelOf, operator } from '../../support/manifest.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const classType = 25;
const paced = document(
  'Service',
  'home',
  'access: [pppoe]\nrate: {down: 20M, up: 5M}\nwindows: [{from: "22:00", till: "06:00", rate: {down: 100M, up: 50M}}]',
);
const anna = document('Subscriber', 'anna', 'service: home\nusername: anna\npassword: secret');
const model = modelOf({ 'isp.yaml': [`${operator}  timezone: UTC\n`, paced, anna].join('---\n') });

/** Logins at a server whose directory is brought in step when it is told to. */
async function lab(time: string, authority?: Authority<LoginLimits>) {
  const clock = new ManualClock(Date.parse(time));
  const directory = new Directory();
  directory.putNas(coreNas);
  const reconcile = () => {
    for (const row of directoryRows(asOf(model, clock.now())))
      if (row.menu === 'login') directory.putLogin(loginOf(row));
  };
  reconcile();
  const access = authority === undefined ? {} : { authority: () => authority };
  const bench = await startServer([], { directory, clock, access });
  const nas = await TestNas.open();
  let identifier = 0;
  return {
    clock,
    reconcile,
    /** A login whose session begins at once: how it looks by the time that its Start is there. */
    async login() {
      identifier += 1;
      const { octets } = papRequest('anna', 'secret', { identifier });
      const reply = await nas.exchange(octets, bench.auth);
      const frame = emptyFrame();
      readFrame(reply, frame);
      const given = Buffer.from(firstValue(reply, frame, classType) ?? []).toString('hex');
      const session = sessionWith(given, clock.now());
      const otherwise = grantedOtherwise({ openOf: () => [session] }, directory, () => clock.now());
      const live = { username: 'anna', sessionId: session.sessionId, nas: session.nas, radius: true };
      return () => otherwise(live, servedLogin(directory.login('anna') as Login));
    },
    async [Symbol.asyncDispose]() {
      await nas[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

function sessionWith(given: string, startedAt: number): Session {
  const octets = { upOctets: 0n, downOctets: 0n };
  const times = { startedAt, updatedAt: startedAt, sessionSeconds: 0 };
  return { key: 'k', nas: coreNas.name, sessionId: '81c00001', username: 'anna', ...times, ...octets, class: given };
}

describe('a login at the edge of a window with another speed', () => {
  it('has what it is to have, in the window and out of it', async () => {
    await using network = await lab('2026-01-15T21:59:59Z');
    const early = await network.login();

    expect(early()).toBeUndefined();
    network.clock.advance(1_000);
    network.reconcile();
    const inside = await network.login();
    expect(inside()).toBeUndefined();
    network.clock.advance(8 * 3_600_000);
    network.reconcile();
    expect((await network.login())()).toBeUndefined();
  });

  it('is told the new speed once, where its Start comes when the window has opened', async () => {
    await using network = await lab('2026-01-15T21:59:59Z');
    const early = await network.login();

    network.clock.advance(1_000);
    network.reconcile();

    expect(early()).toBe('loose');
  });
});

describe('a login to which a program gave another speed than is declared', () => {
  it('keeps that when its session begins', async () => {
    const authority: Authority<LoginLimits> = {
      asks: 'all',
      ask: async () => ({
        verdict: 'accept',
        grants: (declared) => ({ ...(declared as LoginLimits), rateLimit: '1M/2M' }),
        sawPassword: false,
      }),
    };
    await using network = await lab('2026-01-15T12:00:00Z', authority);

    expect((await network.login())()).toBeUndefined();
  });

  it('is like any other where the program says nothing of speed', async () => {
    const authority: Authority<LoginLimits> = {
      asks: 'all',
      ask: async () => ({ verdict: 'accept', grants: (declared) => declared as LoginLimits, sawPassword: false }),
    };
    await using network = await lab('2026-01-15T21:59:59Z', authority);
    const login = await network.login();

    network.clock.advance(1_000);
    network.reconcile();

    expect(login()).toBe('loose');
  });
});
