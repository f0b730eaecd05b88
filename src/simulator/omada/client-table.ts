import { parseMac } from '../../base/mac.ts';

/** Where a client is: at a radio of an access point, or on a wire behind the gateway. */
export type ClientPlace =
  | { readonly kind: 'eap'; readonly apMac: string; readonly ssid: string; readonly radioId: string }
  | { readonly kind: 'gateway'; readonly gatewayMac: string; readonly vid: string };

/** A device in the network. */
export interface SimulatedClient {
  /** `AA-BB-CC-DD-EE-FF`, as a controller writes it. */
  readonly mac: string;
  readonly ip: string;
  /** Name of the site. */
  readonly site: string;
  readonly place: ClientPlace;
}

/** A time for which a client was let in. Wall time, milliseconds since 1970. */
export interface AuthRecord {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Octets from the client, and to it. */
  readonly upload: number;
  readonly download: number;
}

/** Devices that are there, and for how long they were let in. */
export class ClientTable {
  readonly #now: () => number;
  readonly #clients = new Map<string, SimulatedClient>();
  readonly #records = new Map<string, AuthRecord[]>();
  #nextRecord = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  put(client: SimulatedClient): void {
    this.#clients.set(client.mac, client);
  }

  /** It is gone, and with it its right to be let through. */
  remove(mac: string): void {
    this.end(mac);
    this.#clients.delete(controllerMac(mac) ?? mac);
  }

  /** @param mac in any spelling */
  get(mac: string): SimulatedClient | undefined {
    return this.#clients.get(controllerMac(mac) ?? mac);
  }

  list(): readonly SimulatedClient[] {
    return [...this.#clients.values()];
  }

  /** Lets it in from now on for so long, whatever was granted before. */
  grant(mac: string, durationMs: number): AuthRecord {
    this.end(mac);
    const start = this.#now();
    const record = {
      id: this.#nextRecord.toString(16).padStart(24, '0'),
      start,
      end: start + durationMs,
      upload: 0,
      download: 0,
    };
    this.#nextRecord += 1;
    this.#records.set(mac, [...(this.#records.get(mac) ?? []), record].slice(-20));
    return record;
  }

  /** Grants of a client, latest last. */
  records(mac: string): readonly AuthRecord[] {
    return this.#records.get(mac) ?? [];
  }

  /** It sends and gets so much, which counts as long as it is let in. */
  traffic(mac: string, up: number, down: number): void {
    const own = controllerMac(mac) ?? mac;
    const current = this.current(own);
    if (current === undefined) return;
    const counted = { ...current, upload: current.upload + up, download: current.download + down };
    this.#records.set(own, [...this.records(own).slice(0, -1), counted]);
  }

  isAuthorised(mac: string): boolean {
    return this.current(mac) !== undefined;
  }

  current(mac: string): AuthRecord | undefined {
    const last = this.records(controllerMac(mac) ?? mac).at(-1);
    return last !== undefined && this.#now() < last.end ? last : undefined;
  }

  /** Takes the right to be let through back. @returns whether there was one */
  end(mac: string): boolean {
    const own = controllerMac(mac) ?? mac;
    const current = this.current(own);
    if (current === undefined) return false;
    const records = this.records(own);
    this.#records.set(own, [...records.slice(0, -1), { ...current, end: this.#now() }]);
    return true;
  }
}

/** A MAC as a controller writes it; `undefined` for what is none. */
export function controllerMac(text: string): string | undefined {
  return parseMac(text)?.replaceAll(':', '-');
}
