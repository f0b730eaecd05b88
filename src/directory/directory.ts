import { NasIndex } from './nas-index.ts';
import type { DirectoryReader, Login, Nas, PortalAccess } from './reader.ts';

/** The one subscriber directory, in memory. Reads are synchronous; only the directory's `Target` writes. */
export class Directory implements DirectoryReader {
  readonly #logins = new Map<string, Login>();
  readonly #nas = new Map<string, Nas>();
  /** Made by the first packet after a change: a thousand changes are one. */
  #byAddress: NasIndex | undefined;

  login(username: string): Login | undefined {
    return this.#logins.get(username);
  }

  device(_mac: string): Login | undefined {
    return undefined;
  }

  portalsAt(_nas: string): readonly PortalAccess[] {
    return [];
  }

  portal(_site: string): PortalAccess | undefined {
    return undefined;
  }

  nas(name: string): Nas | undefined {
    return this.#nas.get(name);
  }

  allNas(): readonly Nas[] {
    return [...this.#nas.values()];
  }

  get loginCount(): number {
    return this.#logins.size;
  }

  nasAt(address: string): readonly Nas[] {
    this.#byAddress ??= new NasIndex(this.#nas.values());
    return this.#byAddress.at(address);
  }

  putLogin(login: Login): void {
    this.#logins.set(login.username, login);
  }

  removeLogin(username: string): void {
    this.#logins.delete(username);
  }

  putNas(nas: Nas): void {
    this.#nas.set(nas.name, nas);
    this.#byAddress = undefined;
  }

  removeNas(name: string): void {
    this.#nas.delete(name);
    this.#byAddress = undefined;
  }
}
