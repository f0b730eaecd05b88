import { LastmileError } from '../base/errors.ts';
import { EapServer, type EapServerOptions } from '../eap/eap-server.ts';
import type { Model } from '../model/model.ts';

/** Where it is told that certificates are of no use. A pino logger is one. */
export interface EapLog {
  error(fields: object, message: string): void;
}

/** EAP as the model in force declares it. */
export class DeclaredEap implements Disposable {
  readonly server: EapServer;
  readonly #log: EapLog;
  #trouble: string | undefined;

  constructor({ log, ...options }: EapServerOptions & { readonly log: EapLog }) {
    this.server = new EapServer(options);
    this.#log = log;
  }

  /** Goes on with what it had where TLS does not take what is declared. */
  use({ operator }: Pick<Model, 'operator'>): void {
    try {
      this.server.use(operator.radius.eap);
      this.#trouble = undefined;
    } catch (err) {
      if (!(err instanceof LastmileError)) throw err;
      this.#trouble = err.message;
      this.#log.error({ err }, 'EAP goes on with the certificates it had');
    }
  }

  /** What is wrong with it, for people. */
  findings(): readonly string[] {
    return this.#trouble === undefined ? [] : [`radius.eap: ${this.#trouble}`];
  }

  [Symbol.dispose](): void {
    this.server[Symbol.dispose]();
  }
}
