import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Reconciler } from '../../src/daemon/targets/reconciler.ts';
import { admittedBy, untilLocal } from '../../src/daemon/until-local.ts';
import { directoryName } from '../../src/directory/directory-target.ts';
import type { Model } from '../../src/model/model.ts';
import { DriftLog } from '../../src/status/drift-log.ts';
import { Pauses } from '../../src/status/pauses.ts';
import { Protection } from '../../src/status/protection.ts';
import { StatusBook } from '../../src/status/status-book.ts';
import { Store } from '../../src/store/store.ts';
import { applyBook } from '../support/apply-book.ts';
import { modelOf, operator } from '../support/manifest.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { subscriptionOf } from '../support/model-parts.ts';
import { gate, ScriptedTarget } from '../support/scripted-target.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { unpoliced } from '../support/unpoliced.ts';
import { unreviewed } from '../support/unreviewed.ts';

const log = pino({ level: 'silent' });
const empty = modelOf({ 'a.yaml': operator });
const anna = subscriptionOf('anna', { username: 'anna', localOn: ['core-1'], radius: false });
const local: Model = { ...empty, subscriptions: [anna] };
const radius: Model = { ...empty, subscriptions: [{ ...anna, localOn: [], radius: true }] };

/** Remembers whom it was told to let in by RADIUS. */
class Door extends ScriptedTarget {
  readonly told: boolean[] = [];

  override desired(model?: Model): readonly [] {
    this.told.push(model?.subscriptions.some((each) => each.radius) === true);
    return [];
  }
}

describe('a subscriber who is to be let in by a router from now on', () => {
  it('is let in by RADIUS until that router is in step', () => {
    const pending = untilLocal(
      local,
      (router) => router === 'core-1',
      () => true,
    );

    expect(pending.subscriptions).toMatchObject([{ radius: true }]);
    expect(
      untilLocal(
        local,
        () => false,
        () => true,
      ),
    ).toBe(local);
  });

  it('is not, if RADIUS never let him in', () => {
    expect(
      untilLocal(
        local,
        () => true,
        () => false,
      ),
    ).toBe(local);
  });

  it('is known to the directory by name or by device', () => {
    const login = { radius: true } as never;
    const directory = { login: (name: string) => (name === 'anna' ? login : undefined), device: () => undefined };

    expect(admittedBy(directory, anna)).toBe(true);
    expect(admittedBy(directory, { macs: ['AA:BB:CC:DD:EE:FF'] })).toBe(false);
    expect(admittedBy({ login: () => undefined, device: () => login }, { macs: ['AA:BB:CC:DD:EE:FF'] })).toBe(true);
  });

  it('SPL-12: loses RADIUS in the run of the directory that follows the router, by itself', async () => {
    await using folder = await TempFolder.make();
    const store = await Store.open(folder.path, { clock: new ManualClock(), log });
    const meta = store.table('meta');
    const [door, router, held] = [new Door(directoryName), new ScriptedTarget('core-1'), gate()];
    router.during = () => held.passed;
    const engine = {
      targets: () => [door, router],
      status: await StatusBook.open(meta),
      pauses: await Pauses.open(meta),
      protection: await Protection.open(meta),
      drift: await DriftLog.open(meta),
      applies: await applyBook(store),
      inventory: new MemoryInventory(),
      planSeal: Buffer.alloc(32),
      approvals: unreviewed,
      policies: unpoliced,
    };
    const followed = gate();
    let opened = false;
    const onReport = ({ target }: { readonly target: string }) => {
      if (opened && target === directoryName) followed.open();
    };
    const clock = new ManualClock();
    const reconciler = new Reconciler({ engine, clock, log, random: () => 0.5, admitted: () => true, onReport });
    await reconciler.follow({ model: radius, revision: 'a' });
    await reconciler.request('request', [directoryName]);

    await reconciler.follow({ model: local, revision: 'b' });
    await reconciler.request('request', [directoryName]);
    expect(door.told.at(-1)).toBe(true);
    opened = true;
    held.open();
    await followed.passed;

    expect(door.told.at(-1)).toBe(false);
    await reconciler[Symbol.asyncDispose]();
    await store.close();
  });
});
