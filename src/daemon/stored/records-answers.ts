import type { LoggedDecision } from '../../access/decision-log.ts';
import type {
  Erased,
  EraseRequest,
  HoldRequest,
  PersonRequest,
  RecordsService,
  ReleaseRequest,
} from '../../admin/records-service.ts';
import type { Clock } from '../../base/clock.ts';
import type { LearnedDevices } from '../../directory/learned-devices.ts';
import type { Model } from '../../model/model.ts';
import type { Engine } from '../engine.ts';
import { interimOf } from '../sessions/interim-of.ts';
import type { NamedLogins } from '../sessions/sessions-named.ts';
import { erasePerson } from './erase-person.ts';
import { exportPerson } from './export-person.ts';
import type { RetentionKeeper } from './retention-keeper.ts';

export interface RecordsOptions {
  readonly engine: Engine;
  readonly keeper: RetentionKeeper;
  readonly devices: LearnedDevices;
  readonly decisions: (username: string) => readonly LoggedDecision[];
  readonly model: () => Model | undefined;
  readonly random: (octets: Uint8Array) => void;
  readonly clock: Clock;
  /** Absent: the directory. */
  readonly names?: NamedLogins;
}

/** What the daemon answers about what is stored, how long, and of whom. */
export class RecordsAnswers implements RecordsService {
  readonly #options: RecordsOptions;
  /** One erasure at a time. */
  #erasing: Promise<unknown> = Promise.resolve();

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  retention() {
    return this.#options.keeper.retention();
  }

  prune(request: { readonly by: string }) {
    return this.#options.keeper.prune(request);
  }

  holds() {
    return this.#options.keeper.holds();
  }

  async hold(request: HoldRequest) {
    const hold = await this.#options.keeper.hold(request);
    // Of an erasure that was under way, nothing goes after it is said to be in force.
    await this.#erasing;
    return hold;
  }

  release(request: ReleaseRequest) {
    return this.#options.keeper.release(request);
  }

  person(request: PersonRequest): Promise<AsyncIterable<string>> {
    const { engine, decisions, clock, model, names: directory = engine.directory } = this.#options;
    const { store, accounting, audit } = engine;
    const { timezone, accounting: settings } = model()?.operator ?? { timezone: 'UTC', accounting: undefined };
    return exportPerson(request, {
      ...{ store, accounting, audit, directory, decisions, timezone },
      interimSeconds: interimOf(engine.directory, settings?.interimSeconds ?? 120),
      now: clock.now(),
    });
  }

  erase(request: EraseRequest): Promise<Erased> {
    const turn = this.#erasing.then(() => this.#erase(request));
    this.#erasing = turn.catch(() => undefined);
    return turn;
  }

  #erase(request: EraseRequest): Promise<Erased> {
    const { engine, keeper, devices, random, clock, model } = this.#options;
    const { store, accounting, audit, quotas } = engine;
    const journalMs = model()?.operator.accounting.retention?.journalMs;
    return erasePerson(request, {
      ...{ store, accounting, audit, devices, quotas, random },
      holds: keeper.legalHolds,
      ...(journalMs === undefined ? {} : { journalMs }),
      now: clock.now(),
    });
  }
}
