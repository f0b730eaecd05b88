import { describe, expect, it } from 'vitest';
import { packet } from '../support/accounting-event.ts';
import { type LabRouter, ReaderLab } from './reader-lab.ts';

const callerId = '02:00:00:00:00:AA';

/** Octets to somebody, of all hours. */
async function usedBy(lab: ReaderLab, who: string): Promise<bigint> {
  return (await lab.accounting.usage(who, 0, 2 ** 40)).reduce((sum, { down }) => sum + down, 0n);
}

async function dialAgain(core: LabRouter): Promise<string> {
  const dialled = await core.router.dial({ username: 'anna', password: 'pw', callerId });
  if (!dialled.ok) throw new Error(dialled.reason);
  return dialled.sessionId;
}

describe('a device that dialled anew while its old session is still there', () => {
  it('SPL-23: has the octets of each session once, also when the old one goes', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.subscriber('anna', { 'only-one': 'no' });
    const stale = await dialAgain(core);
    core.router.traffic(stale, { down: 1000n });
    lab.pass(300);
    await core.read();
    const fresh = await dialAgain(core);
    core.router.traffic(fresh, { down: 5000n });
    lab.pass(60);

    await core.read();

    const octets = () => new Map(lab.accounting.openOf('anna').map((each) => [each.sessionId, each.downOctets]));
    expect(octets()).toEqual(
      new Map([
        [stale, 1000n],
        [fresh, 5000n],
      ]),
    );
    core.router.hangUp(stale);
    core.router.traffic(fresh, { down: 1n });
    lab.pass(60);
    await core.read();
    expect(octets()).toEqual(new Map([[fresh, 5001n]]));
    expect(await usedBy(lab, 'anna')).toBe(6001n);
  });
});

describe('a session of which RADIUS told only that it began', () => {
  const begun = async (lab: ReaderLab) => {
    const core = await lab.router();
    core.subscriber('anna');
    const sent = (await core.dial('anna')).sessionId;
    const sessionId = sent.toLowerCase().replace(/^0x/, '');
    await lab.accounting.record(packet('start', 0, { sessionId, receivedAt: lab.clock.now() }));
    core.router.traffic('anna', { down: 1000n });
    lab.pass(300);
    await core.read();
    return sessionId;
  };

  it('has by hour what its packets say in the end, though one of them is older than what was read', async () => {
    await using lab = await ReaderLab.start();
    const sessionId = await begun(lab);

    for (const [sessionSeconds, outputOctets] of [
      [290, 900],
      [400, 1100],
    ] as const) {
      lab.pass(50);
      const status = sessionSeconds === 400 ? 'stop' : 'interim';
      const fields = { sessionId, receivedAt: lab.clock.now(), sessionSeconds, inputOctets: 0, outputOctets };
      await lab.accounting.record(packet(status, sessionSeconds, fields));
    }

    expect(await lab.accounting.history('anna', 5)).toMatchObject([{ downOctets: 1100n }]);
    expect(await usedBy(lab, 'anna')).toBe(1100n);
  });

  it('has by hour what its Stop says, where that is less than what was read', async () => {
    await using lab = await ReaderLab.start();
    const sessionId = await begun(lab);
    lab.pass(7200);
    const fields = { sessionId, receivedAt: lab.clock.now(), sessionSeconds: 7500, inputOctets: 0, outputOctets: 700 };

    await lab.accounting.record(packet('stop', 7500, fields));

    expect(await lab.accounting.usage('anna', 0, 2 ** 40)).toMatchObject([{ down: 700n }]);
  });
});
