import { networkInterfaces } from 'node:os';
import type { Session } from '../../accounting/event.ts';
import type { Login, Nas } from '../../directory/reader.ts';
import { CoaClient, type CoaClientOptions } from '../../radius/coa/coa-client.ts';
import type { DynamicAnswer, DynamicAuthorization } from '../../radius/coa/session-control.ts';
import type { NamedAttribute } from '../../radius/dictionary/encode-named.ts';

/**
 * Sends CoA and Disconnect from the address that routers know as their RADIUS server, where this machine has it: RouterOS
 * takes them from nowhere else. The socket is opened with the first request.
 */
export class CoaGateway implements DynamicAuthorization, AsyncDisposable {
  readonly #options: Omit<CoaClientOptions, 'bindAddress'>;
  #source: string | undefined;
  #client: Promise<CoaClient> | undefined;
  #opened: CoaClient | undefined;

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
    void closed(before);
  }

  async disconnect(nas: Nas, session: Session, isOnlyOne = () => false): Promise<DynamicAnswer> {
    return (await this.#open()).disconnect(nas, session, isOnlyOne);
  }

  async change(nas: Nas, session: Session, login: Login, isOnlyOne = () => false): Promise<DynamicAnswer | undefined> {
    return (await this.#open()).change(nas, session, login, isOnlyOne);
  }

  async changeOfAuthorization(
    nas: Nas,
    session: Session,
    changes: readonly NamedAttribute[],
    isOnlyOne = () => false,
  ): Promise<DynamicAnswer> {
    return (await this.#open()).changeOfAuthorization(nas, session, changes, isOnlyOne);
  }

  /** NAS that answered only without Event-Timestamp. */
  wrongClocks(): readonly string[] {
    return this.#opened?.wrongClocks() ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closed(this.#client);
  }

  /** An address that is not ours yet may be so by the next request: a failure is not kept. */
  #open(): Promise<CoaClient> {
    if (this.#client !== undefined) return this.#client;
    const source = this.#source;
    const client = CoaClient.start({ ...this.#options, ...(source === undefined ? {} : { bindAddress: source }) });
    this.#client = client;
    client.then(
      (opened) => {
        this.#opened = opened;
      },
      () => {
        if (this.#client === client) this.#client = undefined;
      },
    );
    return client;
  }
}

/** A client that never opened has nothing to close; that it did not, whoever asked it has heard. */
async function closed(opening: Promise<CoaClient> | undefined): Promise<void> {
  const client = await opening?.catch(() => undefined);
  await client?.[Symbol.asyncDispose]();
}

function isLocal(address: string): boolean {
  if (address.startsWith('127.') || address === '::1') return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === address));
}
