import { describe, expect, it } from 'vitest';
import { LastmileError } from '../../../src/base/errors.ts';
import type { Subscription } from '../../../src/model/kinds/subscription.ts';
import type { Model } from '../../../src/model/model.ts';
import type { Change } from '../../../src/reconcile/target.ts';
import { LoopEndedError } from '../../../src/reconcile/target-loop.ts';
import { servicePlan } from '../../support/model-parts.ts';
import { emptyModel, Lab, start } from '../../support/reconciler-lab.ts';
import { gate, ScriptedTarget } from '../../support/scripted-target.ts';

function modelWith(subscriptions: readonly Partial<Subscription>[]): Model {
  return { ...emptyModel, subscriptions: subscriptions as readonly Subscription[] };
}

/** A target whose looks wait for a gate, and abort with their signal. */
function slow(name: string): { readonly target: ScriptedTarget; readonly looked: Promise<void>; open(): void } {
  const target = new ScriptedTarget(name);
  const [looked, held] = [gate(), gate()];
  target.during = () => {
    looked.open();
    return held.passed;
  };
  return { target, looked: looked.passed, open: held.open };
}

describe('many targets of which some do not answer', () => {
  it('are looked at a few at a time, and the others do not wait for those', async () => {
    const started: string[] = [];
    const targets = Array.from({ length: 30 }, (_, at) => new ScriptedTarget(`r${at}`));
    const held = gate();
    for (const [at, target] of targets.entries()) {
      target.during = async () => {
        started.push(target.name);
        if (at < 20) await held.passed;
      };
    }
    await using lab = await Lab.open(targets);

    await lab.commit('x', targets);
    while (started.length < 12) await new Promise(setImmediate);
    const atFirst = started.length;
    for (; started.length < 30; lab.clock.advance(2_000)) await new Promise(setImmediate);
    held.open();

    expect(atFirst).toBe(12);
    expect(new Set(started).size).toBe(30);
  });
});

describe('deletes allowed in one request', () => {
  it('are allowed to no other run, and are not taken away by one', async () => {
    const [one, two] = [slow('r1'), new ScriptedTarget('r2')];
    await using lab = await Lab.open([one.target, two]);
    one.open();
    await lab.commit('x', lab.targets);
    await lab.reconciler.request('request');
    one.target.hold(600);
    two.hold(500);
    const held = gate();
    one.target.during = () => held.passed;

    const allowed = lab.reconciler.request('request', ['r1'], () => ({ allowDeletes: 600 }));
    await lab.commit('y', lab.targets);
    const [other] = await lab.reconciler.request('request', ['r2']);
    held.open();
    const [mine] = await allowed;

    expect(other?.report.result).toBe('refused');
    expect(two.rows).toHaveLength(500);
    expect(mine?.report.result).toBe('applied');
    expect(one.target.rows).toHaveLength(0);
  });
});

describe('commits that follow one another quickly', () => {
  it('leave no loop of a target that only the one between had', async () => {
    const old = slow('old');
    await using lab = await Lab.open([old.target]);
    await lab.commit('0', [old.target]);
    await old.looked;
    const between = new ScriptedTarget('r2');
    const last = new ScriptedTarget('r3');

    const both = Promise.all([lab.commit('A', [between]), lab.commit('B', [last])]);
    old.open();
    await both;
    await lab.reconciler.request('request');
    lab.clock.advance(600_000);
    await lab.reconciler.request('request');

    expect(lab.reconciler.targetNames).toEqual(['r3']);
    expect(between.looks).toBe(0);
    expect(last.looks).toBeGreaterThan(0);
  });

  it('leave one loop of a router whose address changed twice, and none after a stop', async () => {
    const first = slow('r');
    const [second, third] = [new ScriptedTarget('r'), new ScriptedTarget('r')];
    await using lab = await Lab.open([first.target]);
    await lab.commit('0', [first.target]);
    await first.looked;

    const both = Promise.all([lab.commit('1', [second]), lab.commit('2', [third])]);
    first.open();
    await both;
    await lab.reconciler.request('request');
    await lab.reconciler[Symbol.asyncDispose]();
    const looks = third.looks;
    lab.clock.advance(600_000);
    await new Promise(setImmediate);

    expect(second.looks).toBe(0);
    expect(looks).toBeGreaterThan(0);
    expect(third.looks).toBe(looks);
  });

  it('do not wait for a target of before that is slow to end', async () => {
    const old = slow('old');
    const fresh = slow('fresh');
    await using lab = await Lab.open([old.target]);
    await lab.commit('0', [old.target]);
    await old.looked;

    const following = lab.commit('1', [fresh.target]);
    await fresh.looked;
    old.open();
    await following;
    fresh.open();
    await lab.reconciler.request('request');

    expect(lab.reports.at(0)).toMatchObject({ target: 'old', revision: '0' });
  });
});

describe('a request straight after a commit', () => {
  it('reaches the targets that are new in it', async () => {
    const [directory, fresh] = [new ScriptedTarget('directory'), new ScriptedTarget('r-new')];
    await using lab = await Lab.open([directory]);
    await lab.commit('0', [directory]);
    await lab.commit('1', [directory, fresh]);

    const runs = await lab.reconciler.request('request');

    expect(runs.map(({ report }) => report.target)).toEqual(['directory', 'r-new']);
    expect(runs.map(({ report }) => report.revision)).toEqual(['1', '1']);
  });

  it('is answered with what these runs did to sessions, however many there were before', async () => {
    const target = new ScriptedTarget('r');
    await using lab = await Lab.open([target]);
    await lab.commit('0', [target]);
    target.pending = Array.from({ length: 201 }, (_, index) => ({
      username: `u${index}`,
      action: 'disconnect',
      why: 'removed',
      sessionIds: [`${index}`],
    }));
    await lab.reconciler.request('request');
    target.pending = target.pending.slice(0, 2);

    const [run] = await lab.reconciler.request('request');

    expect((await run?.sessions)?.map(({ username }) => username)).toEqual(['u0', 'u1']);
  });

  it('is answered by the target that a commit puts in the place of the one that was asked', async () => {
    const first = slow('r');
    await using lab = await Lab.open([first.target]);
    await lab.commit('0', [first.target]);
    await first.looked;
    const asked = lab.reconciler.request('request');
    await new Promise(setImmediate);

    const following = lab.commit('1', [new ScriptedTarget('r')]);
    first.open();
    await following;

    expect((await asked).map(({ report }) => report.revision)).toEqual(['1']);
  });

  it('is refused while lastmile stops', async () => {
    await using lab = await Lab.open([new ScriptedTarget('r')]);
    await lab.commit('0', lab.targets);
    await lab.reconciler[Symbol.asyncDispose]();

    await expect(lab.reconciler.request('request')).rejects.toBeInstanceOf(LoopEndedError);
  });
});

describe('a full disk', () => {
  it('does not keep a commit from new routers', async () => {
    const full = { yes: false };
    const [old, fresh] = [new ScriptedTarget('old'), new ScriptedTarget('fresh')];
    await using lab = await Lab.open([old], full);
    await lab.commit('1', [old]);
    await lab.reconciler.request('request');
    full.yes = true;

    await lab.commit('2', [fresh]);
    await lab.reconciler.request('request');

    expect(fresh.looks).toBeGreaterThan(0);
  });
});

describe('an expiry', () => {
  const hour = 3_600_000;
  const service = servicePlan();
  const expiring = modelWith([
    { id: 'anna', state: 'active', expires: start + hour, localOn: ['r1'], service },
    { id: 'bela', state: 'active', expires: start + 5 * hour, localOn: ['r2'], service },
  ]);
  const targets = () => ['directory', 'r1', 'r2'].map((name) => new ScriptedTarget(name));
  /** In order of name: which is done first, nobody promises. */
  const woken = (lab: Lab) =>
    lab.reports
      .filter(({ reason }) => reason === 'time')
      .map(({ target }) => target)
      .sort();

  it('wakes the directory and the routers that have a row of whom it concerns', async () => {
    await using lab = await Lab.open(targets());
    await lab.commit('x', lab.targets, expiring);
    await lab.reconciler.request('request');

    for (let at = 0; at <= hour; at += 30_000) {
      lab.clock.advance(30_000);
      await new Promise(setImmediate);
    }
    // A request that comes before would be answered by the same run.
    await expect.poll(() => woken(lab)).toEqual(['directory', 'r1']);
    await lab.reconciler.request('request');

    expect(woken(lab)).toEqual(['directory', 'r1']);
  });

  /** A directory that can be looked at in part. */
  class InPart extends ScriptedTarget {
    readonly parts: Model[] = [];

    constructor() {
      super('directory');
    }

    ofSome(some: Model): ScriptedTarget {
      this.parts.push(some);
      return new ScriptedTarget('directory');
    }
  }

  it('is looked at in the directory without a look at anybody else', async () => {
    const [directory, ...routers] = [new InPart(), new ScriptedTarget('r1'), new ScriptedTarget('r2')];
    await using lab = await Lab.open([directory, ...routers]);
    await lab.commit('x', lab.targets, expiring);
    await lab.reconciler.request('request');
    const { looks } = directory;

    lab.clock.jumped = hour;
    lab.clock.advance(30_000);
    await lab.reported(({ reason, target }) => reason === 'time' && target === 'directory');

    expect(directory.looks).toBe(looks);
    expect(
      directory.parts.map(({ subscriptions }) => subscriptions.map(({ state, reason }) => [state, reason])),
    ).toEqual([[['suspended', 'expired']]]);
  });

  it('that comes in the moment of another wake-up is not missed', async () => {
    const directory = new InPart();
    await using lab = await Lab.open([directory]);
    await lab.commit('x', lab.targets, expiring);
    await lab.reconciler.request('request');

    lab.clock.jumped = hour + 1;
    // What is waited for is worked out anew, after the moment and before its timer.
    await lab.reconciler.suspend({ target: 'r2', kind: 'suspend', reason: 'x', by: 'noc', since: start });
    lab.clock.advance(1_000);
    const report = await lab.reported(({ reason }) => reason === 'time');

    expect(report.target).toBe('directory');
    expect(directory.parts).toHaveLength(1);
  });

  it('is not lost when the clock jumps over it', async () => {
    await using lab = await Lab.open(targets());
    await lab.commit('x', lab.targets, expiring);
    await lab.reconciler.request('request');

    lab.clock.jumped = 2 * hour;
    lab.clock.advance(30_000);
    await expect.poll(() => woken(lab)).toEqual(['directory', 'r1']);
    await lab.reconciler.request('request');

    expect(woken(lab)).toEqual(['directory', 'r1']);
    expect(lab.reconciler.nextChange).toBe(start + 5 * hour);
  });
});

describe('a speed that changes by the time of day', () => {
  const hour = 3_600_000;
  const begins = new Date(start + hour);
  const from = begins.getUTCHours() * 60 + begins.getUTCMinutes();
  const night = { days: [0, 1, 2, 3, 4, 5, 6], from, till: (from + 60) % 1440, rate: { down: 9, up: 9 } };
  const paced = servicePlan({ windows: [night] });
  const model = {
    ...modelWith([
      { state: 'active', localOn: ['r1'], service: paced },
      { state: 'active', localOn: ['r2'], service: servicePlan() },
    ]),
    services: [paced],
  };

  it('wakes the directory and the routers that keep it, when it begins and when it ends', async () => {
    const targets = ['directory', 'r1', 'r2'].map((name) => new ScriptedTarget(name));
    await using lab = await Lab.open(targets);
    await lab.commit('x', lab.targets, model);
    await lab.reconciler.request('request');
    expect(lab.reconciler.nextChange).toBe(start + hour);

    lab.clock.jumped = hour;
    lab.clock.advance(30_000);
    await new Promise(setImmediate);
    await lab.reconciler.request('request');

    const woken = lab.reports.filter(({ reason }) => reason === 'time').map(({ target }) => target);
    expect(woken.sort()).toEqual(['directory', 'r1']);
    expect(lab.reconciler.nextChange).toBe(start + 2 * hour);
  });
});

describe('a pause', () => {
  const pause = { target: 'r1', kind: 'suspend', reason: 'line card', by: 'noc', since: start } as const;

  it('keeps a router from being changed, and ends by itself in its time', async () => {
    const [directory, target] = [new ScriptedTarget('directory'), new ScriptedTarget('r1')];
    await using lab = await Lab.open([directory, target]);
    await lab.commit('x', lab.targets);
    await lab.reconciler.request('request');
    target.hold(1);

    await lab.reconciler.suspend({ ...pause, until: start + 60_000 });
    const [, during] = await lab.reconciler.request('request');
    const rows = target.rows.length;
    for (let at = 0; at <= 60_000; at += 30_000) {
      lab.clock.advance(30_000);
      await new Promise(setImmediate);
    }
    const resumed = await lab.reported(({ reason }) => reason === 'resumed');

    expect(during?.report).toMatchObject({ result: 'planned', pause: { reason: 'line card' } });
    expect(rows).toBe(1);
    expect(resumed).toMatchObject({ target: 'r1', result: 'applied' });
    expect(target.rows).toEqual([]);
  });
});

describe('a change that a router took back', () => {
  class RevertedError extends LastmileError {
    readonly code = 'LM_REVERTED';
    readonly retry = 'never';
  }

  /** Cuts us off when its second row goes. */
  class Cutting extends ScriptedTarget {
    tookBack = false;

    async heldBack(changes: readonly Change[]) {
      const risky = changes.filter(({ identity }) => identity === 'u1');
      const finding = { code: 'LM_REVERTED', message: 'u1 cut us off' };
      return this.tookBack && risky.length > 0 ? { changes: new Set(risky), finding } : undefined;
    }
  }

  it('waits until a person asks, and keeps nothing else of that router waiting', async () => {
    const target = new Cutting('r1');
    await using lab = await Lab.open([target]);
    target.during = () => Promise.reject(new RevertedError('cut off'));
    await lab.commit('x', [target]);
    const first = await lab.reported(() => true);
    target.during = async () => undefined;
    target.tookBack = true;
    target.hold(2);

    const [again] = await lab.reconciler.request('time');
    const rows = target.rows.map(({ identity }) => identity);
    const [asked] = await lab.reconciler.request('request');

    expect(first).toMatchObject({ result: 'failed', reverted: 'x' });
    expect(again?.report).toMatchObject({ result: 'applied', reverted: 'x', waiting: [{ address: 'r1/login/u1' }] });
    expect(rows).toEqual(['u1']);
    expect(asked?.report).toMatchObject({ result: 'applied' });
    expect(asked?.report.reverted).toBeUndefined();
    expect(target.rows).toEqual([]);
  });
});

describe('the directory', () => {
  it('is brought to a revision before the routers are', async () => {
    const directory = slow('directory');
    const router = new ScriptedTarget('r1');
    await using lab = await Lab.open([directory.target, router]);

    await lab.commit('x', [directory.target, router]);
    await directory.looked;
    await new Promise(setImmediate);
    const before = router.looks;
    directory.open();
    await lab.reported(({ target }) => target === 'r1');

    expect(before).toBe(0);
    expect(lab.reports.map(({ target }) => target)).toEqual(['directory', 'r1']);
  });
});

describe('a cap on routers changed at once', () => {
  it('lets so many change, and the others look again when it is their turn', async () => {
    const [one, two] = [slow('r1'), new ScriptedTarget('r2')];
    await using lab = await Lab.open([one.target, two]);
    one.open();
    const { reconcile } = emptyModel.operator;
    const capped = { ...emptyModel.operator, reconcile: { ...reconcile, routersAtOnce: 1 } };
    await lab.commit('x', lab.targets, { ...emptyModel, operator: capped });
    await lab.reconciler.request('request');
    one.target.hold(1);
    two.hold(1);
    const [begun, held] = [gate(), gate()];
    one.target.applying = () => {
      begun.open();
      return held.passed;
    };
    const first = lab.reconciler.request('request', ['r1']);
    await begun.passed;
    const looks = two.looks;

    const second = lab.reconciler.request('request', ['r2']);
    while (two.looks === looks) await new Promise(setImmediate);
    await new Promise(setImmediate);
    const waiting = two.rows.length;
    held.open();
    await Promise.all([first, second]);

    expect(waiting).toBe(1);
    expect(two.rows).toEqual([]);
    expect(two.looks).toBe(looks + 2);
  });
});
