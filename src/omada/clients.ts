import type { OmadaController, OmadaTls } from '../model/kinds/omada-controller.ts';
import type { OmadaBridge } from '../model/kinds/portal-site.ts';
import type { Model } from '../model/model.ts';
import type { OmadaClientContext } from './auth-body.ts';
import { type LastContact, OmadaClient, type OmadaClientDeps, type OmadaEnd, type OmadaVerdict } from './client.ts';
import type { ClientRecord } from './client-records.ts';
import type { OmadaFinding } from './findings.ts';

/** What is known of a controller. */
export interface ControllerStanding {
  readonly name: string;
  /** Absent: nothing was asked of it yet. */
  readonly last?: LastContact;
  readonly version?: string;
  readonly findings: readonly OmadaFinding[];
}

const checkEveryMs = 300_000;

/** One client, with one operator session, for each controller of the model in force. */
export class OmadaClients implements Disposable {
  readonly #deps: OmadaClientDeps;
  readonly #clients = new Map<string, OmadaClient>();

  constructor(deps: OmadaClientDeps) {
    this.#deps = deps;
  }

  /** Those that are declared as before keep their session; the others are closed. */
  use(model: Pick<Model, 'omadaControllers'>): void {
    const declared = new Map(model.omadaControllers.map((controller) => [controller.name, controller]));
    for (const [name, client] of this.#clients) {
      const now = declared.get(name);
      if (now !== undefined && declaredAlike(client.controller, now)) declared.delete(name);
      else this.#drop(name, client);
    }
    for (const [name, controller] of declared) this.#clients.set(name, new OmadaClient(controller, this.#deps));
  }

  /** Never rejects. */
  async authorise(
    bridge: Pick<OmadaBridge, 'controller'>,
    client: OmadaClientContext,
    seconds: number,
    signal: AbortSignal,
  ): Promise<OmadaVerdict> {
    const known = this.#clients.get(bridge.controller);
    if (known !== undefined) return known.authorise(client, seconds, signal);
    return { result: 'failed', reason: `no Omada controller ${bridge.controller} is declared` };
  }

  /** What a controller has counted of the clients of a site. Never rejects. @returns undefined where it cannot be told */
  async records(controller: string, site: string, signal: AbortSignal): Promise<readonly ClientRecord[] | undefined> {
    return await this.#clients.get(controller)?.records(site, signal);
  }

  /**
   * Takes the right to be let through from a device at a site of a controller. Never rejects.
   *
   * @param mac `AA:BB:CC:DD:EE:FF`
   * @returns undefined where there is no such controller
   */
  async disconnect(controller: string, site: string, mac: string, signal: AbortSignal): Promise<OmadaEnd | undefined> {
    return await this.#clients.get(controller)?.disconnect(site, mac, signal);
  }

  /** Troubles of all controllers that were not seen to be over. */
  findings(): readonly OmadaFinding[] {
    return [...this.#clients.values()].flatMap((client) => client.findings());
  }

  /** Each controller as it was last met, in the order declared. */
  standing(): readonly ControllerStanding[] {
    return [...this.#clients].map(([name, client]) => ({
      name,
      ...(client.lastContact === undefined ? {} : { last: client.lastContact }),
      ...(client.info?.version === undefined ? {} : { version: client.info.version }),
      findings: client.findings(),
    }));
  }

  /** Logs in at every controller, or sees whether it still answers. Never rejects. @returns what is amiss */
  async check(signal: AbortSignal): Promise<readonly OmadaFinding[]> {
    await Promise.all([...this.#clients.values()].map((client) => client.check(signal)));
    return this.findings();
  }

  /** Checks every controller now and then, so that status is right also while no guest comes. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.check(signal);
      if (!signal.aborted) await this.#deps.clock.sleep(checkEveryMs, signal).catch(() => undefined);
    }
  }

  [Symbol.dispose](): void {
    for (const [name, client] of this.#clients) this.#drop(name, client);
  }

  #drop(name: string, client: OmadaClient): void {
    this.#clients.delete(name);
    client[Symbol.dispose]();
  }
}

/** Whether both are reached in the same way and spoken to alike. Where they are declared does not matter. */
function declaredAlike(one: OmadaController, other: OmadaController): boolean {
  return (
    one.url === other.url &&
    one.id === other.id &&
    one.generation === other.generation &&
    one.timeUnit === other.timeUnit &&
    sameTls(one.tls, other.tls) &&
    one.operator.username === other.operator.username &&
    one.operator.password.equals(other.operator.password)
  );
}

/** Whether a certificate is trusted for the same reason. */
export function sameTls(one: OmadaTls, other: OmadaTls): boolean {
  if (one.mode === 'ca') return other.mode === 'ca' && one.ca === other.ca;
  if (one.mode === 'pinned') return other.mode === 'pinned' && one.fingerprint === other.fingerprint;
  return other.mode === 'insecure';
}
