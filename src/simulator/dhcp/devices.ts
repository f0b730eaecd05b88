import type { Clock } from '../../base/clock.ts';
import { inBackground, sleepUntil } from '../timers.ts';
import type { LeaseRequest, LeaseResult } from './lease-request.ts';

interface Device {
  readonly request: LeaseRequest;
  /** Ends the wait for its next request. */
  waiting: AbortController;
}

/** Devices that hold, or think they hold, an address: each asks again in time (RFC 2131 §4.4.5). */
export class Devices {
  readonly #clock: Clock;
  readonly #ask: (request: LeaseRequest) => Promise<LeaseResult>;
  readonly #devices = new Map<string, Device>();

  constructor(clock: Clock, ask: (request: LeaseRequest) => Promise<LeaseResult>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  async lease(request: LeaseRequest): Promise<LeaseResult> {
    this.forget(request.mac);
    const device = { request, waiting: new AbortController() };
    this.#devices.set(request.mac, device);
    const result = await this.#attempt(device);
    if (!result.ok && this.#devices.get(request.mac) === device) this.#devices.delete(request.mac);
    return result;
  }

  async renew(mac: string): Promise<LeaseResult> {
    const device = this.#devices.get(mac);
    return device === undefined ? { ok: false, reason: 'no lease' } : this.#attempt(device);
  }

  forget(mac: string): void {
    this.#devices.get(mac)?.waiting.abort(new Error('the device is gone'));
    this.#devices.delete(mac);
  }

  [Symbol.dispose](): void {
    for (const mac of [...this.#devices.keys()]) this.forget(mac);
  }

  async #attempt(device: Device): Promise<LeaseResult> {
    const result = await this.#ask(device.request);
    const here = this.#devices.get(device.request.mac) === device;
    if (!result.ok || !here || device.request.renews === false) return result;
    device.waiting.abort(new Error('it asked before'));
    device.waiting = new AbortController();
    const { signal } = device.waiting;
    inBackground(signal, () => this.#keepAsking(device, result.leaseSeconds * 1000, signal));
    return result;
  }

  /** At half its time, at seven eighths, and from the beginning once it is over; then it gives up. */
  async #keepAsking(device: Device, leaseMs: number, signal: AbortSignal): Promise<void> {
    const from = this.#clock.monotonic();
    for (const share of [0.5, 0.875, 1]) {
      await sleepUntil(from + leaseMs * share, this.#clock, signal);
      // Granted, it waits anew: this wait is over.
      if ((await this.#attempt(device)).ok) return;
    }
    if (this.#devices.get(device.request.mac) === device) this.#devices.delete(device.request.mac);
  }
}
