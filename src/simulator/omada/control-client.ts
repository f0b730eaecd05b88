import type { ExpirySign, OmadaBehaviour, OmadaCounters } from './operator-api.ts';
import type { ClientView, JoinedClient, JoinRequest } from './simulated-omada.ts';

/** A request the simulated controller's control port refused, in its words. */
export class OmadaControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'OmadaControlError';
    this.status = status;
  }
}

/** Drives a simulated Omada controller through its control port. Every method throws `OmadaControlError` on a refusal. */
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

  async #get(path: string): Promise<unknown> {
    return answerOf(await fetch(this.#base + path));
  }

  async #post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return answerOf(await fetch(this.#base + path, { method: 'POST', headers, body: JSON.stringify(body) }));
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  if (response.ok) return body;
  const words = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : response.statusText;
  throw new OmadaControlError(response.status, words);
}
