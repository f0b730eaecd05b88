import { networkInterfaces } from 'node:os';
import type { Session } from '../accounting/event.ts';
import type { Login, Nas } from '../directory/reader.ts';
import { CoaClient, type CoaClientOptions } from '../radius/coa-client.ts';
import type { DynamicAnswer, DynamicAuthorization } from '../radius/session-control.ts';

/**
 * Sends CoA and Disconnect from the address that routers know as their RADIUS server, where this machine has it: RouterOS
 * takes them from nowhere else. The socket is opened with the first request.
 */
export class CoaGateway implements DynamicAuthorization, AsyncDisposable {
  readonly #options: Omit<CoaClientOptions, 'bindAddress'>;
  #source: string | undefined;
  #client: Promise<CoaClient> | undefined;

  constructor(options: Omit<CoaClientOptions, 'bindAddress'>) {
    this.#options = options;
  }

  /** Addresses of the declared RADIUS servers, in order: the first that is ours is the source from now on. */
  useSource(servers: readonly string[]): void {
    const source = servers.find((address) => isLocal(address));
    if (source === this.#source) return;
    this.#source = source;
    const before = this.#client;
    this.#client = undefined;
    void before?.then((client) => client[Symbol.asyncDispose]());
  }

  async disconnect(nas: Nas, session: Session): Promise<DynamicAnswer> {
    return (await this.#open()).disconnect(nas, session);
  }

  async change(nas: Nas, session: Session, login: Login): Promise<DynamicAnswer | undefined> {
    return (await this.#open()).change(nas, session, login);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#client)?.[Symbol.asyncDispose]();
  }

  #open(): Promise<CoaClient> {
    const source = this.#source;
    this.#client ??= CoaClient.start({ ...this.#options, ...(source === undefined ? {} : { bindAddress: source }) });
    return this.#client;
  }
}

function isLocal(address: string): boolean {
  if (address.startsWith('127.') || address === '::1') return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === address));
}
