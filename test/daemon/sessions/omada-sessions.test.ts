import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/accounting/event.ts';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { OmadaSessions } from '../../../src/daemon/sessions/omada-sessions.ts';
import { whoHad } from '../../../src/daemon/sessions/who-had.ts';
import type { Model } from '../../../src/model/model.ts';
import { OmadaClients } from '../../../src/omada/clients.ts';
import { SimulatedOmada } from '../../../src/simulator/omada/simulated-omada.ts';
import { Store } from '../../../src/store/store.ts';
import { contextOf, controllerAt, joinRequest, keptLog, macOf, never, password } from '../../omada/support.ts';
import { packet } from '../../support/accounting-event.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const bridge = { type: 'omada', controller: 'cafe', site: { name: 'Default' } } as const;

function modelWith(bridges: readonly object[]): Model {
  return { portalSites: [{ bridges }], operator: { accounting: {} } } as unknown as Model;
}

/** A simulated controller, and what is read of it. */
class Cafe implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly omada: SimulatedOmada;
  readonly accounting: AccountingStore;
  readonly #folder: TempFolder;
  readonly #store: Store;
  readonly #clients: OmadaClients;
  sessions: OmadaSessions;

  private constructor(
    clock: ManualClock,
    folder: TempFolder,
    store: Store,
    accounting: AccountingStore,
    omada: SimulatedOmada,
  ) {
    this.clock = clock;
    [this.#folder, this.#store, this.accounting, this.omada] = [folder, store, accounting, omada];
    this.#clients = new OmadaClients({ clock, log: keptLog() });
    this.#clients.use({ omadaControllers: [controllerAt(omada.url)] });
    this.sessions = this.restarted();
  }

  static async open(): Promise<Cafe> {
    const [clock, folder] = [new ManualClock(), await TempFolder.make()];
    const store = await Store.open(folder.path, { clock, log });
    const accounting = await AccountingStore.open(store, { clock, log });
    const omada = await SimulatedOmada.start({
      ...{ clock, tls: false, operators: [{ name: 'lastmile', password }], log: () => undefined },
      sites: [{ name: 'Default', portalUrl: 'http://portal.test/p/cafe' }],
    });
    return new Cafe(clock, folder, store, accounting, omada);
  }

  restarted(): OmadaSessions {
    const { accounting, clock } = this;
    const sessions = new OmadaSessions({ accounting, controllers: this.#clients, clock, log });
    sessions.use(modelWith([bridge]));
    return sessions;
  }

  /** As the portal does. */
  async letIn(mac: string, username: string, seconds = 3600): Promise<void> {
    const context = contextOf(this.omada, { mac });
    expect(await this.#clients.authorise(bridge, context, seconds, never)).toEqual({ result: 'authorised' });
    const guest = { username, mac: mac.replaceAll('-', ':'), nas: 'cafe' };
    this.sessions.began(guest);
    await this.accounting.started(guest, AbortSignal.timeout(120_000));
  }

  /** Its sites are read no more. */
  withoutSites(): void {
    this.sessions.use(modelWith([]));
  }

  /** As an order of the directory does. */
  async putOff(username: string) {
    return await this.sessions.end([...this.accounting.openOf(username)][0] as Session, never);
  }

  async read(seconds = 300): Promise<void> {
    this.clock.advance(seconds * 1000);
    await this.sessions.collect(never);
  }

  async all(username: string) {
    return (await this.accounting.history(username, 50)).map(({ source, upOctets, downOctets, terminateCause }) =>
      [source ?? 'radius', upOctets, downOctets, terminateCause ?? 'open'].join(' '),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clients[Symbol.dispose]();
    await this.omada[Symbol.asyncDispose]();
    await this.accounting.close();
    await this.#store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

describe('a guest whom an Omada controller lets in', () => {
  it('has a session with what the controller counts, until its time is over', async () => {
    await using cafe = await Cafe.open();
    const mac = macOf(1);
    const { ip } = await cafe.omada.join(joinRequest({ mac }));
    await cafe.letIn(mac, 'gina');
    cafe.omada.traffic(mac, { up: 1000, down: 5000 });

    await cafe.read();

    expect(cafe.accounting.openOf('gina')).toMatchObject([
      {
        nas: 'cafe',
        source: 'omada',
        sessionSeconds: 300,
        framedIpAddress: ip,
        calledStationId: 'Café Größe',
        upOctets: 1000n,
      },
    ]);
    const around = { accounting: cafe.accounting, translations: { at: async () => [] }, timezone: 'UTC' };
    const who = await whoHad({ address: ip, limit: 5 }, { ...around, interimSeconds: 120, now: cafe.clock.now() });
    expect(who.holders).toMatchObject([{ match: 'held', username: 'gina' }]);
    cafe.omada.traffic(mac, { down: 7 });
    await cafe.read(3400);

    expect(await cafe.all('gina')).toEqual(['omada 1000 5007 Ended-At-Controller']);
    expect((await cafe.accounting.history('gina', 1))[0]?.stoppedAt).toBe(Date.UTC(2026, 0, 1, 1));
    const used = await cafe.accounting.usage('gina', 0, 1e7);
    expect(used.reduce((octets, { down }) => octets + down, 0n)).toBe(5007n);
  });

  it('is counted once where RADIUS accounts it, too', async () => {
    await using cafe = await Cafe.open();
    const mac = macOf(1);
    await cafe.omada.join(joinRequest({ mac }));
    await cafe.letIn(mac, 'gina');
    cafe.omada.traffic(mac, { up: 1000, down: 5000 });
    await cafe.read();
    const about = {
      nas: 'cafe',
      username: 'gina',
      callingStationId: mac,
      sessionId: 'ab12',
      inputOctets: 1200,
      outputOctets: 5200,
    };
    await cafe.accounting.record({
      ...packet('interim', 0, { ...about, sessionSeconds: 300 }),
      receivedAt: cafe.clock.now(),
    });

    await cafe.read();
    await cafe.read();

    expect((await cafe.all('gina')).toSorted()).toEqual(['omada 0 0 Accounted-By-RADIUS', 'radius 1200 5200 open']);
  });

  it('is known by the device where nobody of us let it in, and is over when the controller is read no more', async () => {
    await using cafe = await Cafe.open();
    const mac = macOf(2);
    await cafe.omada.join(joinRequest({ mac }));
    await cafe.letIn(mac, 'gina');
    await cafe.accounting.end([...cafe.accounting.openOf('gina')][0]?.key ?? '', 'Lost');
    cafe.omada.traffic(mac, { up: 3, down: 4 });

    await cafe.read();
    expect(await cafe.all(mac.replaceAll('-', ':'))).toEqual(['omada 3 4 open']);

    cafe.withoutSites();
    await cafe.read();
    expect(await cafe.all(mac.replaceAll('-', ':'))).toEqual(['omada 3 4 Router-Not-Read']);
  });

  it('is put off with what was counted until then, however new', async () => {
    await using cafe = await Cafe.open();
    const [known, fresh] = [macOf(1), macOf(2)];
    for (const mac of [known, fresh]) await cafe.omada.join(joinRequest({ mac }));
    await cafe.letIn(known, 'gina');
    cafe.omada.traffic(known, { down: 40 });
    await cafe.read();
    cafe.omada.traffic(known, { down: 2 });
    await cafe.letIn(fresh, 'hana');
    cafe.omada.traffic(fresh, { up: 7 });

    expect(await cafe.putOff('gina')).toMatchObject({ result: 'disconnected' });
    expect(await cafe.putOff('hana')).toMatchObject({ result: 'disconnected' });
    await cafe.read();

    expect([known, fresh].map((mac) => cafe.omada.client(mac)?.authorised)).toEqual([false, false]);
    expect(await cafe.all('gina')).toEqual(['omada 0 42 Ended-At-Controller']);
    expect(await cafe.all('hana')).toEqual(['omada 7 0 Ended-At-Controller']);
  });

  it('is no longer there to be put off, by the controller or since the device is somebody else’s', async () => {
    await using cafe = await Cafe.open();
    const mac = macOf(1);
    await cafe.omada.join(joinRequest({ mac }));
    await cafe.letIn(mac, 'gina');
    await cafe.read();
    const gone = [...cafe.accounting.openOf('gina')][0] as Session;
    cafe.omada.unauthorise(mac);
    cafe.clock.advance(1000);
    await cafe.letIn(mac, 'hana');

    const told = await cafe.sessions.end(gone, never);
    await cafe.read();
    cafe.omada.unauthorise(mac);
    const later = await cafe.putOff('hana');

    expect([told, later]).toMatchObject([{ result: 'gone' }, { result: 'gone' }]);
    expect(cafe.accounting.openOf('gina')).toHaveLength(0);
    expect(await cafe.all('hana')).toEqual(['omada 0 0 Ended-At-Controller']);
  });

  it('is still there where the controller cannot be asked, or keeps it', async () => {
    await using cafe = await Cafe.open();
    const mac = macOf(1);
    await cafe.omada.join(joinRequest({ mac }));
    await cafe.letIn(mac, 'gina');
    cafe.omada.behaviour.deaf = 1;

    const kept = await cafe.putOff('gina');
    await cafe.omada[Symbol.asyncDispose]();
    const away = await cafe.putOff('gina');

    expect(kept).toMatchObject({ result: 'failed', detail: expect.stringContaining('still lists it as let in') });
    expect(away).toMatchObject({ result: 'failed', unreached: true });
    expect(cafe.accounting.openOf('gina')).toHaveLength(1);
    cafe.withoutSites();
    expect(await cafe.putOff('gina')).toBeUndefined();
  });

  it('is counted for as much as the controller showed last, whatever happens between readings', async () => {
    const steps = fc.array(fc.constantFrom('in', 'traffic', 'read', 'read', 'end', 'restart'), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await using cafe = await Cafe.open();
        const mac = macOf(3);
        /** By record: octets when it was read last. */
        const shown = new Map<string, number>();
        await cafe.omada.join(joinRequest({ mac }));
        for (const step of all) {
          const there = cafe.omada.client(mac);
          if (step === 'in' && there?.authorised === false) await cafe.letIn(mac, 'gina', 100_000);
          if (step === 'traffic') cafe.omada.traffic(mac, { down: 10 });
          if (step === 'end') cafe.omada.unauthorise(mac);
          if (step === 'restart') cafe.sessions = cafe.restarted();
          if (step !== 'read') continue;
          await cafe.read();
          // Who was let in and out between two readings, and in again, is seen the last time only.
          const records = cafe.omada.records(mac);
          for (const { id, download } of records)
            if (shown.has(id) || id === records.at(-1)?.id) shown.set(id, download);
        }
        const counted = await cafe.accounting.usage('gina', 0, 1e7);

        const sum = counted.reduce((octets, { down }) => octets + down, 0n);
        const most = [...shown.values()].reduce((octets, down) => octets + down, 0);
        expect(Number(sum)).toBe(most);
      }),
      { numRuns: 25 },
    );
  });
});
