import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/daemon/targets/turns.ts';
import type { Router as Declared } from '../../../src/model/kinds/router.ts';
import type { Model } from '../../../src/model/model.ts';
import type { TargetPart } from '../../../src/reconcile/target.ts';
import { subscriptionOf } from '../../support/model-parts.ts';
import { emptyModel, Lab } from '../../support/reconciler-lab.ts';
import { gate, ScriptedTarget } from '../../support/scripted-target.ts';

const atOnce = 12;

/** A router: what a commit changes of it can be told without a look at the whole. */
class Router extends ScriptedTarget {
  override readonly exclusive = false;

  partOf(): TargetPart {
    return { desired: [], observe: () => Promise.reject(new TypeError('nothing is to be looked at')) };
  }
}

/** Routers whose looks wait until they are let go, or given up. */
class Network {
  readonly routers: readonly Router[];
  readonly looking = new Set<string>();
  most = 0;
  #held: ReturnType<typeof gate> | undefined;

  constructor(count: number) {
    this.routers = Array.from({ length: count }, (_, at) => new Router(`r${at}`));
    for (const router of this.routers) router.during = (signal) => this.#look(router.name, signal);
  }

  hold(): void {
    this.#held = gate();
  }

  release(): void {
    this.#held?.open();
    this.#held = undefined;
  }

  async #look(name: string, signal: AbortSignal): Promise<void> {
    this.looking.add(name);
    this.most = Math.max(this.most, this.looking.size);
    try {
      await Promise.race([this.#held?.passed, aborted(signal)]);
      signal.throwIfAborted();
    } finally {
      this.looking.delete(name);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const everybody = Array.from({ length: 1000 }, (_, at) => subscriptionOf(`s${at}`, { localOn: [`r${at}`] }));
const routers = everybody.map(({ localOn: [name = ''] }) => ({
  name,
})) as readonly Partial<Declared>[] as readonly Declared[];
const model: Model = { ...emptyModel, routers, subscriptions: [...everybody].sort((a, b) => (a.id < b.id ? -1 : 1)) };

/** The same with another password, say, of one subscriber. */
function changed(from: Model, id: string): Model {
  return { ...from, subscriptions: from.subscriptions.map((each) => (each.id === id ? { ...each } : each)) };
}

async function inStep(lab: Lab, revision: string, targets: number): Promise<void> {
  const there = () => lab.reports.filter((each) => each.revision === revision && each.result === 'in-sync').length;
  while (there() < targets) await new Promise(setImmediate);
}

describe('a commit while a thousand routers are looked at because it is time', () => {
  it('is made where it changes something before any of these looks is over, and they are made up for', async () => {
    const network = new Network(1000);
    await using lab = await Lab.open(network.routers);
    await lab.commit('a', network.routers, model);
    await inStep(lab, 'a', 1000);
    while (lab.reconciler.busy) await new Promise(setImmediate);
    network.hold();
    lab.reports.length = 0;
    lab.clock.advance(400_000);
    while (network.looking.size < atOnce) await new Promise(setImmediate);
    const underWay = [...network.looking][3] ?? '';
    const waits = network.routers.map(({ name }) => name).find((name) => !network.looking.has(name)) ?? '';

    const both = changed(changed(model, underWay.replace('r', 's')), waits.replace('r', 's'));
    await lab.commit('b', network.routers, both);
    const first = await lab.reported(({ target, revision }) => target === underWay && revision === 'b');
    const second = await lab.reported(({ target, revision }) => target === waits && revision === 'b');
    const before = lab.reports.length;
    network.release();
    await inStep(lab, 'b', 1000);

    expect([first.reason, second.reason]).toEqual(['revision', 'revision']);
    expect(before).toBe(2);
    expect(network.most).toBe(atOnce);
    expect(lab.reports.filter(({ result }) => result === 'failed')).toEqual([]);
    // What was given up is looked at all the same.
    await lab.reported(({ target, reason }) => target === underWay && reason === 'interval');
    await lab.reported(({ target, reason }) => target === waits && reason === 'interval');
  });
});

describe('turns', () => {
  const { signal } = new AbortController();

  it('are handed to who is first, then to the others in order, and never to more than may have one', async () => {
    const turns = new Turns(() => 2);
    const order: string[] = [];
    const work = async (name: string, isFirst: boolean) => {
      using _turn = await turns.take(signal, isFirst);
      order.push(name);
      await new Promise(setImmediate);
    };

    await Promise.all([
      work('a', false),
      work('b', false),
      work('c', false),
      work('d', false),
      work('e', true),
      work('f', true),
    ]);

    expect(order).toEqual(['a', 'b', 'e', 'f', 'c', 'd']);
  });

  it('that are kept for who is first are given to nobody else, and one that gives up leaves the queue', async () => {
    const turns = new Turns(() => 3, { keptForFirst: 1 });
    const stop = new AbortController();
    await turns.take(signal);
    const held = await turns.take(signal);

    const given = turns.take(stop.signal);
    const next = turns.take(signal);
    using first = await turns.take(signal, true);
    stop.abort(new Error('no longer wanted'));
    await expect(given).rejects.toThrow('no longer wanted');
    held[Symbol.dispose]();
    held[Symbol.dispose]();

    expect(first.waited).toBe(false);
    expect((await next).waited).toBe(true);
  });
});
