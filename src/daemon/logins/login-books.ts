import type { Logger } from 'pino';
import { type OpenSession, type SessionPlaces, sessionPlaces } from '../../access/session-places.ts';
import { silentMs, staleMs } from '../../accounting/sessions/silence.ts';
import type { LearnedDeviceJson } from '../../admin/service.ts';
import type { Clock } from '../../base/clock.ts';
import { parseMac } from '../../base/mac.ts';
import { type LearnedDevice, LearnedDevices } from '../../directory/learned-devices.ts';
import type { Engine } from '../engine.ts';
import { sessionEvent } from '../sessions/session-event.ts';

/** For people and programs. */
export function learnedJson({ username, mac, at }: LearnedDevice): LearnedDeviceJson {
  return { username, mac, since: new Date(at).toISOString() };
}

export interface LoginBooksOptions {
  readonly engine: Pick<Engine, 'accounting' | 'directoryTarget' | 'status' | 'store'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What logins are held against beside what is declared: who is online, and with which devices they came first. */
export class LoginBooks implements AsyncDisposable {
  readonly places: SessionPlaces;
  readonly devices: LearnedDevices;
  readonly #options: LoginBooksOptions;
  readonly #stopping = new AbortController();
  readonly #unsubscribe: () => void;

  private constructor(options: LoginBooksOptions, devices: LearnedDevices) {
    this.#options = options;
    this.devices = devices;
    const { accounting } = options.engine;
    this.places = sessionPlaces({
      open: (username, interimSeconds) => {
        const now = options.clock.now();
        return accounting
          .openOf(username)
          .filter(
            (each) => each.source === undefined && silentMs(each, now, accounting.clockSet) <= staleMs(interimSeconds),
          );
      },
      deviceOf: (callingStationId) => parseMac(callingStationId) ?? callingStationId,
      end: (session, why) => void this.#end(session, why),
    });
    this.#unsubscribe = accounting.onStored((session) => this.places.seen(session));
  }

  /** @throws LastmileError of the store */
  static async open(options: LoginBooksOptions): Promise<LoginBooks> {
    const { engine, clock, log } = options;
    const devices = await LearnedDevices.open({
      table: engine.store.table('devices'),
      now: () => clock.now(),
      onLost: (err) => log.warn({ err }, 'a device was learned and not kept: it is learned anew after a restart'),
    });
    return new LoginBooks(options, devices);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.devices.kept();
  }

  async #end({ username, sessionId }: OpenSession, why: string): Promise<void> {
    const { engine, clock, log } = this.#options;
    const effect = { username, action: 'disconnect', why, sessionIds: [sessionId] } as const;
    try {
      const results = await engine.directoryTarget.end(effect, this.#stopping.signal);
      const events = results.map((each) => sessionEvent(each, clock.now()));
      engine.status.recordSessions(events);
      for (const event of events) log.info(event, 'session settled');
    } catch (err) {
      log.warn({ err, username, sessionId }, 'session that was to make room not ended');
    }
  }
}
