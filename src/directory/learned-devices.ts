import { keyOf } from '../store/layout.ts';
import type { Table } from '../store/table.ts';

/** A device that a login is bound to. */
export interface LearnedDevice {
  readonly username: string;
  /** `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  /** When it was first let in, milliseconds since 1970. */
  readonly at: number;
}

export interface LearnedDevicesOptions {
  readonly table: Table<LearnedDevice>;
  /** Wall time, milliseconds since 1970. */
  readonly now: () => number;
  /** Told when one could not be kept: it is learned anew after a restart. */
  readonly onLost: (error: unknown) => void;
}

/** The devices that logins of services with `devices.lock` are bound to: the first that came. On disk, and all in memory. */
export class LearnedDevices {
  readonly #options: LearnedDevicesOptions;
  readonly #byUsername = new Map<string, readonly LearnedDevice[]>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: LearnedDevicesOptions) {
    this.#options = options;
  }

  /** @throws LastmileError of the store */
  static async open(options: LearnedDevicesOptions): Promise<LearnedDevices> {
    const learned = new LearnedDevices(options);
    for await (const [, device] of options.table.entries()) learned.#remember(device);
    return learned;
  }

  /** Is it one of the first `max` of this login, or is there room for it? */
  admits(username: string, mac: string, max: number): boolean {
    const known = this.list(username);
    return known.length < max || known.some((each) => each.mac === mac);
  }

  has(username: string, mac: string): boolean {
    return this.list(username).some((each) => each.mac === mac);
  }

  /** It is one of them from now on. The disk is not waited for. */
  learn(username: string, mac: string): void {
    if (this.list(username).some((each) => each.mac === mac)) return;
    const device = { username, mac, at: this.#options.now() };
    this.#remember(device);
    const { table, onLost } = this.#options;
    this.#writing = this.#writing.then(() => table.put(keyOf(username) + mac, device)).catch(onLost);
  }

  /** Oldest first. @param username absent: of all */
  list(username?: string): readonly LearnedDevice[] {
    if (username !== undefined) return this.#byUsername.get(username) ?? [];
    return [...this.#byUsername.values()].flat();
  }

  /**
   * Makes room for others. @returns those that were forgotten
   *
   * @param mac absent: all of this login
   * @throws LastmileError of the store; then none is forgotten
   */
  async forget(username: string, mac?: string): Promise<readonly LearnedDevice[]> {
    await this.#writing;
    const known = this.list(username);
    const gone = known.filter((each) => mac === undefined || each.mac === mac);
    for (const each of gone) await this.#options.table.del(keyOf(username) + each.mac, { sync: true });
    const rest = this.list(username).filter((each) => !gone.includes(each));
    if (rest.length === 0) this.#byUsername.delete(username);
    else this.#byUsername.set(username, rest);
    return gone;
  }

  /** Resolves when all that was learned is on disk, as far as it could be. */
  kept(): Promise<void> {
    return this.#writing;
  }

  #remember(device: LearnedDevice): void {
    const known = this.#byUsername.get(device.username) ?? [];
    this.#byUsername.set(
      device.username,
      [...known, device].sort((a, b) => a.at - b.at),
    );
  }
}
