import ipaddr from 'ipaddr.js';
import type { DirectoryReader, Login, Nas } from './reader.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const addressesKept = 65_536;

/** The one subscriber directory, in memory. Reads are synchronous; only the directory's `Target` writes. */
export class Directory implements DirectoryReader {
  readonly #logins = new Map<string, Login>();
  readonly #nas = new Map<string, Nas>();
  readonly #byAddress = new Map<string, readonly Nas[]>();

  login(username: string): Login | undefined {
    return this.#logins.get(username);
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

  /** All logins, in no particular order. */
  logins(): Iterable<Login> {
    return this.#logins.values();
  }

  nasAt(address: string): readonly Nas[] {
    const known = this.#byAddress.get(address);
    if (known !== undefined) return known;
    const found = mostSpecific(address, this.#nas.values());
    // Strangers are not remembered, and a declared prefix is only as large as this: a source address is easily forged.
    if (found.length === 0) return found;
    if (this.#byAddress.size >= addressesKept) this.#byAddress.clear();
    this.#byAddress.set(address, found);
    return found;
  }

  putLogin(login: Login): void {
    this.#logins.set(login.username, login);
  }

  removeLogin(username: string): void {
    this.#logins.delete(username);
  }

  putNas(nas: Nas): void {
    this.#nas.set(nas.name, nas);
    this.#byAddress.clear();
  }

  removeNas(name: string): void {
    this.#nas.delete(name);
    this.#byAddress.clear();
  }
}

function mostSpecific(address: string, all: Iterable<Nas>): readonly Nas[] {
  if (!ipaddr.isValid(address)) return [];
  const source = ipaddr.process(address);
  let best: Nas[] = [];
  let bestBits = -1;
  for (const nas of all) {
    const bits = matchBits(source, nas.clientAddress);
    if (bits === undefined || bits < bestBits) continue;
    best = bits === bestBits ? [...best, nas] : [nas];
    bestBits = bits;
  }
  return best;
}

/** Length of the prefix that covers `source`; `undefined` when it does not. */
function matchBits(source: Address, clientAddress: string): number | undefined {
  if (ipaddr.isValidCIDR(clientAddress)) {
    const [network, bits] = ipaddr.parseCIDR(clientAddress);
    return network.kind() === source.kind() && source.match(network, bits) ? bits : undefined;
  }
  if (!ipaddr.isValid(clientAddress)) return undefined;
  const single = ipaddr.process(clientAddress);
  if (single.kind() !== source.kind()) return undefined;
  return single.toString() === source.toString() ? single.toByteArray().length * 8 : undefined;
}
