import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packet, t0, used } from '../support/accounting-event.ts';
import { Ledger } from './ledger.ts';
import { ModelRouter } from './model-router.ts';

const second = (seconds: number) => t0 + seconds * 1000;

/** A router, what was made of its readings, and the seconds between them. */
class Lab {
  readonly router = new ModelRouter();
  readonly ledger = new Ledger();
  /** By how much the wall clock was set. */
  jump = 0;

  pass(seconds: number): this {
    this.router.now += seconds;
    return this;
  }

  read(how: { readonly rebooted?: boolean; readonly died?: number } = {}): this {
    this.ledger.read(this.router.read(this.ledger.snapshot), second(this.router.now) + this.jump, how);
    return this;
  }
}

describe('a session that is read over the API', () => {
  it('SPL-16: is open with its address, and has what its counters show', () => {
    const lab = new Lab();
    lab.router.dial('anna', '10.20.0.9');
    lab.router.carry(0, 1000n, 50_000n);

    lab.pass(300).read();

    expect(lab.ledger.open).toMatchObject([
      {
        username: 'anna',
        source: 'api',
        framedIpAddress: '10.20.0.9',
        sessionSeconds: 300,
        startedAt: second(0),
        upOctets: 1000n,
        downOctets: 50_000n,
      },
    ]);
  });

  it('SPL-16: is known by itself: whoever gets its address next has octets of his own, and another address is no new session', () => {
    const lab = new Lab();
    lab.router.dial('anna', '10.20.0.9');
    lab.router.carry(0, 1000n, 1000n);
    lab.pass(300).read();
    lab.router.end(0);
    lab.router.dial('ben', '10.20.0.9');
    lab.router.carry(0, 7n, 7n);
    lab.router.dial('anna', '10.20.0.10');
    lab.router.carry(1, 20n, 20n);

    lab.pass(300).read();

    expect(lab.ledger.open).toMatchObject([
      { username: 'ben', framedIpAddress: '10.20.0.9', upOctets: 7n },
      { username: 'anna', framedIpAddress: '10.20.0.10', upOctets: 20n },
    ]);
    expect(lab.ledger.octets).toEqual({ up: 1027n, down: 1027n });
  });

  it('SPL-23: that is read twice, or missed twenty times, has each octet once', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.pass(300).read().read();
    lab.router.carry(0, 7n, 9n);
    lab.pass(6000);
    lab.router.carry(0, 7n, 9n);

    lab.read().read();

    expect(lab.ledger.octets).toEqual({ up: 14n, down: 18n });
    expect(lab.ledger.open).toHaveLength(1);
  });

  it('whose counter is reset goes on from where it was', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.router.carry(0, 100n, 100n);
    lab.pass(300).read();
    lab.router.resetCounter(0);
    lab.router.carry(0, 30n, 40n);

    lab.pass(300).read();

    expect(lab.ledger.octets).toEqual({ up: 130n, down: 140n });
  });

  it('that is gone ends where it was last seen', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.router.carry(0, 100n, 100n);
    lab.pass(300).read();
    lab.router.end(0);

    lab.pass(300).read();

    expect(lab.ledger.open).toEqual([]);
    expect(lab.ledger.closed).toMatchObject([
      { terminateCause: 'Gone-Between-Readings', stoppedAt: second(300), sessionSeconds: 300, upOctets: 100n },
    ]);
  });

  it('of somebody who dialled in anew is another', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.router.carry(0, 100n, 100n);
    lab.pass(300).read();
    lab.router.end(0);
    lab.pass(10).router.dial('anna');
    lab.router.carry(0, 200n, 200n);

    lab.pass(290).read();

    expect(lab.ledger.octets).toEqual({ up: 300n, down: 300n });
    expect(lab.ledger.open).toMatchObject([{ startedAt: second(310), upOctets: 200n }]);
  });

  it('is another after the router booted, though it has the same id, and has counted more by then', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.router.reboot();
    lab.router.dial('anna');
    lab.router.carry(0, 100n, 100n);
    lab.pass(300).read();
    const [before] = lab.ledger.open;
    lab.router.reboot();
    lab.router.dial('anna');
    lab.router.carry(0, 5000n, 5000n);

    lab.pass(600).read({ rebooted: true });

    expect(lab.ledger.closed).toMatchObject([{ terminateCause: 'NAS-Reboot', upOctets: 100n }]);
    expect(lab.ledger.open).toMatchObject([{ sessionId: before?.sessionId, upOctets: 5000n }]);
  });

  it('SPL-28: is the same when the clock was set, however far and in which direction', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.router.carry(0, 100n, 100n);
    lab.pass(300).read();

    for (const jump of [31_536_000_000, -31_536_000_000, 0]) {
      lab.jump = jump;
      lab.router.carry(0, 10n, 10n);
      lab.pass(300).read();
    }

    expect(lab.ledger.open).toHaveLength(1);
    expect(lab.ledger.closed).toEqual([]);
    expect(lab.ledger.octets).toEqual({ up: 130n, down: 130n });
  });

  it('that was thought to be over goes on with what it has counted since', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.router.carry(0, 100n, 100n);
    lab.pass(300).read();
    lab.ledger.read({ ...lab.router.read(), sessions: [] }, second(300));
    lab.router.carry(0, 5n, 5n);

    lab.pass(300).read();

    expect(lab.ledger.octets).toEqual({ up: 105n, down: 105n });
    expect(lab.ledger.open).toMatchObject([{ upOctets: 5n }]);
  });

  it('is left to RADIUS as soon as a packet of it comes, and counted once', () => {
    const lab = new Lab();
    lab.router.dial('anna');
    lab.router.carry(0, 1000n, 2000n);
    lab.pass(300).read();
    const { sessionId = '' } = lab.ledger.open[0] ?? {};

    lab.ledger.record(packet('interim', 310, { sessionId, ...used(310, 1100, 2100) }));
    lab.router.carry(0, 1000n, 2000n);
    lab.pass(300).read();

    expect(lab.ledger.open).toHaveLength(1);
    expect(lab.ledger.open[0]?.source).toBeUndefined();
    expect(lab.ledger.octets).toEqual({ up: 1100n, down: 2100n });
  });
});

describe('a session of which RADIUS tells only that it began', () => {
  const begun = () => {
    const lab = new Lab();
    lab.router.dial('anna');
    const [online] = lab.router.read().sessions;
    const sessionId = online?.sessionId ?? '';
    lab.ledger.record(packet('start', 0, { sessionId }));
    lab.router.carry(0, 1000n, 2000n);
    lab.pass(300).read();
    return { lab, sessionId };
  };

  it('SPL-23: has what the router shows, until RADIUS tells more', () => {
    const { lab } = begun();

    expect(lab.ledger.open).toMatchObject([{ upOctets: 1000n, downOctets: 2000n }]);
    expect(lab.ledger.open[0]?.source).toBeUndefined();
  });

  it('has what its Stop says in the end, once', () => {
    const { lab, sessionId } = begun();

    lab.ledger.record(packet('stop', 400, { sessionId, ...used(400, 1500, 2500) }));

    expect(lab.ledger.open).toEqual([]);
    expect(lab.ledger.octets).toEqual({ up: 1500n, down: 2500n });
  });

  it('is left to RADIUS from its first interim packet on', () => {
    const { lab, sessionId } = begun();
    lab.ledger.record(packet('interim', 310, { sessionId, ...used(310, 1100, 2100) }));
    lab.router.carry(0, 1000n, 2000n);

    lab.pass(300).read();

    expect(lab.ledger.octets).toEqual({ up: 1100n, down: 2100n });
  });

  it('of before a boot is not the one that has its id now', () => {
    const { lab } = begun();
    lab.router.reboot();
    lab.router.dial('anna');
    lab.router.carry(0, 9n, 9n);

    lab.pass(900).read({ rebooted: true });

    expect(lab.ledger.open).toMatchObject([{ upOctets: 1000n }]);
  });
});

describe('guests whose sessions end between readings', () => {
  const guest = () => {
    const lab = new Lab();
    lab.router.join('gina', 1);
    lab.router.carry(0, 100n, 200n);
    lab.pass(300).read();
    return lab;
  };

  it('SPL-23: have what they used after the last reading: the router adds it to its user', () => {
    const lab = guest();
    lab.router.carry(0, 11n, 22n);
    lab.pass(100).router.end(0);

    lab.pass(200).read();

    expect(lab.ledger.closed).toMatchObject([
      { upOctets: 111n, downOctets: 222n, sessionSeconds: 400, stoppedAt: second(400) },
    ]);
  });

  it('SPL-23: are there with a session that nobody saw', () => {
    const lab = guest();
    lab.router.end(0);
    lab.pass(300).read();
    lab.router.join('gina', 1);
    lab.router.carry(0, 3n, 4n);
    lab.pass(60).router.end(0);

    lab.pass(200).read();

    expect(lab.ledger.octets).toEqual({ up: 103n, down: 204n });
    expect(lab.ledger.closed).toMatchObject([{}, { terminateCause: 'Between-Readings', sessionSeconds: 60 }]);
  });

  it('have what they used before lastmile came only where it is of a session that is still there', () => {
    const lab = new Lab();
    lab.router.join('gina', 1);
    lab.router.carry(0, 100n, 200n);
    lab.router.end(0);
    lab.router.join('gina', 1);
    lab.router.carry(0, 1n, 2n);

    lab.pass(300).read().read();

    expect(lab.ledger.octets).toEqual({ up: 1n, down: 2n });
  });

  it('keep what was read when the router never adds it up', () => {
    const lab = guest();
    const { totals } = lab.router.read();
    lab.router.end(0);

    for (let at = 0; at < 3; at += 1) {
      lab.pass(300);
      lab.ledger.read({ ...lab.router.read(), ...(totals && { totals }) }, second(lab.router.now));
    }

    expect(lab.ledger.open).toEqual([]);
    expect(lab.ledger.octets).toEqual({ up: 100n, down: 200n });
  });
});

describe('whatever happens between readings, and however many are missed or repeated', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('join' as const),
      who: fc.integer({ min: 0, max: 2 }),
      at: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({ do: fc.constant('carry' as const), who: fc.nat(5), at: fc.integer({ min: 1, max: 1_000_000 }) }),
    fc.record({ do: fc.constant('end' as const), who: fc.nat(5), at: fc.constant(0) }),
    fc.record({ do: fc.constant('read' as const), who: fc.constant(0), at: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ do: fc.constant('restart' as const), who: fc.constant(0), at: fc.constant(0) }),
  );
  const names = ['gina', 'hana', 'ivo'];

  it('SPL-23: guests have every octet that the router counted, and none twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const lab = new Lab().read();
        let [up, down] = [0n, 0n];
        for (const { do: what, who, at } of steps) {
          lab.pass(10);
          if (what === 'join') lab.router.join(names[who] ?? '', at);
          else if (what === 'carry') {
            const carried = lab.router.carry(who, BigInt(at), BigInt(at) * 3n);
            [up, down] = [up + carried.up, down + carried.down];
          } else if (what === 'end') lab.router.end(who);
          else if (what === 'restart') lab.ledger.restart();
          else for (let times = 0; times < at; times += 1) lab.read();
        }
        while (lab.router.count > 0) lab.router.end(0);
        lab.pass(300).read().pass(300).read();

        expect(lab.ledger.open).toEqual([]);
        expect(lab.ledger.octets).toEqual({ up, down });
        expect(lab.ledger.torn).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('SPL-23: dial-in subscribers have every octet that a reading could still see, and none twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const lab = new Lab().read();
        // What a reading saw of each session: one that ended took with it what came after.
        const seen = new Map<string, bigint>();
        for (const { do: what, who, at } of steps) {
          lab.pass(10);
          if (what === 'join') lab.router.dial(names[who] ?? '');
          else if (what === 'carry') lab.router.carry(who, BigInt(at), 0n);
          else if (what === 'end') lab.router.end(who);
          else if (what === 'restart') lab.ledger.restart();
          else {
            for (let times = 0; times < at; times += 1) lab.read();
            for (const [sessionId, up] of lab.router.sent) seen.set(sessionId, up);
          }
        }

        expect(lab.ledger.octets.up).toBe([...seen.values()].reduce((sum, each) => sum + each, 0n));
        expect(lab.ledger.torn).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('SPL-23: houses have every octet of their address, and none twice, wherever lastmile dies', () => {
    const houses = fc.oneof(step, fc.record({ do: fc.constant('die' as const), who: fc.nat(4), at: fc.constant(0) }));
    fc.assert(
      fc.property(fc.array(houses, { maxLength: 60, size: 'max' }), (steps) => {
        const lab = new Lab().read();
        let [up, down] = [0n, 0n];
        for (const { do: what, who, at } of steps) {
          lab.pass(10);
          if (what === 'join') lab.router.bind(who + 1);
          else if (what === 'carry') {
            const carried = lab.router.carry(who, BigInt((at % 3) + 1), BigInt(at % 2));
            [up, down] = [up + carried.up, down + carried.down];
          } else if (what === 'end') lab.router.end(who);
          else if (what === 'restart') lab.ledger.restart();
          else if (what === 'die') lab.read({ died: who });
          else for (let times = 0; times < at; times += 1) lab.read();
        }
        lab.pass(300).read().pass(300).read();

        expect(lab.ledger.octets).toEqual({ up, down });
        expect(lab.ledger.torn).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('SPL-23: SPL-28: usage by hour is what sessions have, whatever RADIUS says of them and however the clock is set', () => {
    const hour = 3_600_000;
    const wild = fc.record({
      do: fc.constantFrom('dial', 'join', 'bind', 'carry', 'end', 'read', 'die', 'reset', 'packet', 'jump'),
      who: fc.nat(5),
      at: fc.integer({ min: 1, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 60, size: 'max' }), fc.boolean(), (steps, isClockSet) => {
        const lab = new Lab().read();
        for (const { do: what, who, at } of steps) {
          lab.pass(60);
          if (what === 'dial') lab.router.dial(names[who % 3] ?? '');
          else if (what === 'join') lab.router.join(names[who % 3] ?? '', who);
          else if (what === 'bind') lab.router.bind((who % 3) + 1);
          else if (what === 'carry') lab.router.carry(who, BigInt(at), BigInt(at) * 3n);
          else if (what === 'end') lab.router.end(who);
          else if (what === 'read') lab.read();
          else if (what === 'die') lab.read({ died: who });
          else if (what === 'reset') lab.router.resetCounter(who);
          else if (what === 'jump') lab.jump += isClockSet ? ((at % 49) - 24) * hour : 0;
          else tellOf(lab, who, at);
        }
        lab.read();

        expect(lab.ledger.torn).toEqual([]);
        if (!isClockSet) expect(lab.ledger.hours.filter((each) => each.up < 0n || each.down < 0n)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('SPL-23: leaves a session that RADIUS ended as it ended, though it is read again by a wrong clock and told of by a right one', () => {
    const lab = new Lab().read();
    lab.pass(60).router.dial('gina');
    lab.pass(60);
    tellOf(lab, 0, 357_110);
    lab.jump = -10 * 3_600_000;
    lab.pass(60).read();
    lab.jump = 0;
    lab.pass(240);
    tellOf(lab, 0, 1);

    const all = [...lab.ledger.open, ...lab.ledger.closed];

    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
    expect(lab.ledger.octets).toEqual({ up: 357_110n, down: 357_110n });
    expect(lab.ledger.torn).toEqual([]);
  });

  /** A packet of a dial-in session, with as much less or more as RADIUS likes. */
  function tellOf(lab: Lab, who: number, at: number): void {
    const online = lab.router.read(lab.ledger.snapshot).sessions.filter(({ access }) => access === 'ppp');
    const session = online[who % Math.max(1, online.length)];
    if (session === undefined) return;
    const { sessionId, username, uptimeSeconds = 0 } = session;
    const status = (['start', 'interim', 'stop'] as const)[at % 3] ?? 'start';
    const octets = status === 'start' ? {} : used(uptimeSeconds, at, at);
    lab.ledger.record({
      ...packet(status, lab.router.now, { sessionId, username, ...octets }),
      receivedAt: second(lab.router.now) + lab.jump,
    });
  }
});
