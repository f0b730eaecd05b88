import type { LoggedDecision } from '../../access/decision-log.ts';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import type { DirectoryReader } from '../../directory/reader.ts';
import { EapServer, type EapServerOptions, type GivenUp } from '../../eap/eap-server.ts';
import { certificateIn } from '../../model/certificates.ts';
import type { Model } from '../../model/model.ts';

/** Time to get another, and to tell those who must trust it. */
const warnedBeforeMs = 30 * 86_400_000;

/** Where it is told that certificates are of no use. A pino logger is one. */
export interface EapLog {
  error(fields: object, message: string): void;
}

/** EAP as the model in force declares it. */
export class DeclaredEap implements Disposable {
  readonly server: EapServer;
  readonly #clock: Clock;
  readonly #log: EapLog;
  #trouble: string | undefined;
  /** Wall time, milliseconds since 1970. */
  #certificateEnds: number | undefined;

  constructor({ log, ...options }: EapServerOptions & { readonly log: EapLog }) {
    this.server = new EapServer(options);
    this.#clock = options.clock;
    this.#log = log;
  }

  /** Goes on with what it had where TLS does not take what is declared. */
  use({ operator }: Pick<Model, 'operator'>): void {
    try {
      const { eap } = operator.radius;
      this.server.use(eap);
      this.#trouble = undefined;
      const certificate = certificateIn(eap?.certificate?.reveal() ?? '');
      this.#certificateEnds = certificate === undefined ? undefined : Date.parse(certificate.validTo);
    } catch (err) {
      if (!(err instanceof LastmileError)) throw err;
      this.#trouble = err.message;
      this.#log.error({ err }, 'EAP goes on with the certificates it had');
    }
  }

  /** What is wrong with it, or soon will be, for people. */
  findings(): readonly string[] {
    return [this.#trouble, this.#ending()].flatMap((what) => (what === undefined ? [] : [`radius.eap: ${what}`]));
  }

  [Symbol.dispose](): void {
    this.server[Symbol.dispose]();
  }

  /** Devices trust no certificate that has ended: from then on nobody logs in. */
  #ending(): string | undefined {
    const ends = this.#certificateEnds;
    const now = this.#clock.now();
    if (ends === undefined || ends - now > warnedBeforeMs) return undefined;
    const day = new Date(ends).toISOString().slice(0, 10);
    return ends <= now ? `the certificate has ended on ${day}` : `the certificate ends on ${day}`;
  }
}

/** A device that did not go on, as `lastmile why` shows it. */
export function givenUpDecision(
  { identity, source, method }: GivenUp,
  directory: Pick<DirectoryReader, 'nasAt'>,
  now: number,
): LoggedDecision {
  const nas = directory.nasAt(source)[0]?.name ?? source;
  return { at: now, username: identity, nas, method, verdict: 'silent', reason: 'eap-given-up' };
}
