import { askControl } from '../control-request.ts';
import type { ExpirySign, OmadaBehaviour, OmadaCounters } from './operator-api.ts';
import type { ClientView, JoinedClient, JoinRequest } from './simulated-omada.ts';

/** Drives a simulated Omada controller through its control port. Every method throws `ControlError` on a refusal. */
export class OmadaControl {
  readonly #base: string;

  /** @param address `127.0.0.1:9043` */
  constructor(address: string) {
    this.#base = `http://${address}`;
  }

  async join(request: JoinRequest): Promise<JoinedClient> {
    return (await this.#post('/join', request)) as JoinedClient;
  }

  /** @returns whether it was there */
  async leave(mac: string): Promise<boolean> {
    return ((await this.#post('/leave', { mac })) as { left: boolean }).left;
  }

  async clients(): Promise<readonly ClientView[]> {
    return ((await this.#get('/clients')) as { clients: readonly ClientView[] }).clients;
  }

  async counters(): Promise<OmadaCounters> {
    return (await this.#get('/counters')) as OmadaCounters;
  }

  /** Where a guest ends up who asked for `url`. */
  async redirectFor(mac: string, url: string): Promise<string> {
    return ((await this.#get(`/redirect?${new URLSearchParams({ mac, url })}`)) as { url: string }).url;
  }

  /** Takes a client's right to be let through back. @returns whether it had one */
  async unauthorise(mac: string): Promise<boolean> {
    return ((await this.#post('/unauthorise', { mac })) as { ended: boolean }).ended;
  }

  /** Every session of an operator is over, and said to be so in this way. */
  async expireSessions(expirySign?: ExpirySign): Promise<void> {
    await this.#post('/expire', { expirySign });
  }

  async behave(behaviour: Partial<OmadaBehaviour>): Promise<OmadaBehaviour> {
    return (await this.#post('/behaviour', behaviour)) as OmadaBehaviour;
  }

  #get(path: string): Promise<unknown> {
    return askControl(this.#base + path);
  }

  #post(path: string, body: object): Promise<unknown> {
    return askControl(this.#base + path, body);
  }
}
