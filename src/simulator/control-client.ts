import { askControl } from './control-request.ts';
import type { LeaseRequest, LeaseResult, LeaseView } from './dhcp/lease-request.ts';
import type { Fault } from './faults.ts';
import type { Reached, ReachRequest } from './firewall/packet.ts';
import type { DeviceView, JoinRequest, JoinResult } from './hotspot/device.ts';
import type { DialRequest } from './nas/pppoe-nas.ts';
import type { TerminateCause } from './nas/session.ts';
import type { SessionKind } from './nas/session-kind.ts';

/** A session as it travels: counters are decimal text. */
export interface ControlledSession {
  readonly kind: SessionKind;
  readonly sessionId: string;
  readonly username: string;
  readonly address: string;
  readonly callerId: string;
  readonly mac: string;
  readonly interface: string;
  readonly radius: boolean;
  readonly upOctets: string;
  readonly downOctets: string;
  readonly uptimeSeconds: number;
  readonly rateLimit?: string;
}

export type ControlledDial =
  | ({ readonly ok: true } & ControlledSession)
  | { readonly ok: false; readonly reason: string; readonly message?: string };

type Rows = readonly Readonly<Record<string, string>>[];

/** Drives a simulated router through its control port. Every method throws `ControlError` on a refusal. */
export class SimulatorControl {
  readonly #base: string;

  /** @param address `127.0.0.1:9000` */
  constructor(address: string) {
    this.#base = `http://${address}`;
  }

  async dial(request: DialRequest): Promise<ControlledDial> {
    return (await this.#post('/dial', request)) as ControlledDial;
  }

  /** A device comes into reach of a hotspot. */
  async join(request: JoinRequest): Promise<JoinResult> {
    return (await this.#post('/join', request)) as JoinResult;
  }

  /** @returns false when it was not there */
  async leave(mac: string): Promise<boolean> {
    return ((await this.#post('/leave', { mac })) as { left: boolean }).left;
  }

  /** Devices in reach of a hotspot. */
  async devices(): Promise<readonly DeviceView[]> {
    return ((await this.#get('/devices')) as { devices: readonly DeviceView[] }).devices;
  }

  async lease(request: LeaseRequest): Promise<LeaseResult> {
    return (await this.#post('/lease', request)) as LeaseResult;
  }

  async renew(mac: string): Promise<LeaseResult> {
    return (await this.#post('/renew', { mac })) as LeaseResult;
  }

  /** @returns false when it had no lease */
  async release(mac: string, how: { readonly silently?: boolean } = {}): Promise<boolean> {
    return ((await this.#post('/release', { mac, ...how })) as { released: boolean }).released;
  }

  async leases(): Promise<readonly LeaseView[]> {
    return ((await this.#get('/leases')) as { leases: readonly LeaseView[] }).leases;
  }

  /** @returns how many sessions ended */
  async hangUp(session: string, cause?: TerminateCause): Promise<number> {
    const { ended } = (await this.#post('/hangup', { session, cause })) as { ended: number };
    return ended;
  }

  /** @returns how many sessions the octets went through */
  async traffic(
    session: string,
    octets: { readonly up?: bigint; readonly down?: bigint; readonly peer?: string },
  ): Promise<number> {
    const { up = 0n, down = 0n, peer } = octets;
    const body = { session, up: String(up), down: String(down), peer };
    const { sessions } = (await this.#post('/traffic', body)) as { sessions: number };
    return sessions;
  }

  /** What the firewall does to the first packet of something a client wants. */
  async reach(source: string, request: ReachRequest = {}): Promise<Reached> {
    return (await this.#post('/reach', { source, ...request })) as Reached;
  }

  async reboot(): Promise<void> {
    await this.#post('/reboot', {});
  }

  /** Switches exactly these faults on. */
  async setFaults(faults: readonly Fault[]): Promise<void> {
    await this.#post('/faults', { faults });
  }

  async sessions(): Promise<readonly ControlledSession[]> {
    return ((await this.#get('/sessions')) as { sessions: readonly ControlledSession[] }).sessions;
  }

  async rows(menu: string): Promise<Rows> {
    return ((await this.#get(`/rows?menu=${encodeURIComponent(menu)}`)) as { rows: Rows }).rows;
  }

  async log(): Promise<Rows> {
    return ((await this.#get('/log')) as { lines: Rows }).lines;
  }

  /** @returns the `.id` of the new row */
  async add(menu: string, fields: Readonly<Record<string, string>>): Promise<string> {
    return ((await this.#post('/rows', { action: 'add', menu, fields })) as { id: string }).id;
  }

  /** @param target `.id` or name; none for a settings menu */
  async set(menu: string, target: string | undefined, fields: Readonly<Record<string, string>>): Promise<void> {
    await this.#post('/rows', { action: 'set', menu, target, fields });
  }

  async remove(menu: string, target: string): Promise<void> {
    await this.#post('/rows', { action: 'remove', menu, target });
  }

  #get(path: string): Promise<unknown> {
    return askControl(this.#base + path);
  }

  #post(path: string, body: object): Promise<unknown> {
    return askControl(this.#base + path, body);
  }
}
