import type { Logger } from 'pino';
import type { RecentDecisions } from '../../access/decision-log.ts';
import type { ControllerStatus } from '../../admin/service.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { LoginLimits } from '../../directory/reader.ts';
import { serviceLimits } from '../../directory/rows.ts';
import { divertedClients } from '../../model/diverted.ts';
import type { PortalSettings } from '../../model/kinds/operator.ts';
import type { Endpoint } from '../../model/kinds/radius.ts';
import type { ServicePlan } from '../../model/kinds/service.ts';
import type { Model } from '../../model/model.ts';
import type { ControllerStanding } from '../../omada/clients.ts';
import { portalCounters } from '../../portal/counters.ts';
import type { GuestSession, OnlineGuests, PortalDeps } from '../../portal/ports.ts';
import type { PortalServer } from '../../portal/server.ts';
import type { Engine } from '../engine.ts';

export interface PortalGatewayOptions extends Pick<PortalDeps, 'authority'> {
  readonly engine: Pick<Engine, 'directory' | 'accounting' | 'sessions' | 'omada' | 'guests' | 'followGuests'>;
  readonly decisions: RecentDecisions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fillRandom: (octets: Uint8Array) => void;
}

/** The portal with what it needs of the rest: sites of the model in force, and the controllers guests are let in at. */
export class PortalGateway implements AsyncDisposable {
  readonly counters = portalCounters();
  readonly #options: PortalGatewayOptions;
  readonly #closing = new AbortController();
  #model: Model | undefined;
  #server: PortalServer | undefined;
  /** Shown to guests. */
  #tls: PortalSettings['tls'];
  /** Why the declared certificate is not. */
  #tlsTrouble: string | undefined;

  constructor(options: PortalGatewayOptions) {
    this.#options = options;
  }

  /** Where it is bound; `undefined` while it is closed. */
  get endpoint(): Endpoint | undefined {
    return this.#server?.endpoint;
  }

  /** From now on guests see the sites of this model. */
  use(model: Model): void {
    this.#model = model;
    this.#options.engine.followGuests(model);
    this.#renewCertificate(model.operator.portal.tls);
  }

  /** @throws PortalListenError when the address cannot be had */
  async open(listen: Endpoint, model: Model): Promise<void> {
    this.use(model);
    const { tls } = model.operator.portal;
    // Loaded only here: RADIUS is not to wait for it.
    const { PortalServer } = await import('../../portal/server.ts');
    const server = await PortalServer.start({ listen, ...(tls === undefined ? {} : { tls }), deps: this.#deps(model) });
    this.#server = server;
    this.#tls = tls;
    // So that status tells of a controller's trouble before a guest meets it.
    void this.#options.engine.omada.watch(this.#closing.signal);
    void this.#options.engine.guests.watch(this.#closing.signal);
  }

  /** The controllers of the model in force, for people. */
  controllers(): readonly ControllerStatus[] {
    return this.#options.engine.omada.standing().map(({ name, last, version, findings }) => ({
      name,
      ...(last === undefined ? {} : { answered: last.answered, askedAt: new Date(last.at).toISOString() }),
      ...(version === undefined ? {} : { version }),
      findings: findings.map(({ text }) => text),
    }));
  }

  /** Asks every controller now. Never rejects. */
  async lookAtControllers(signal: AbortSignal): Promise<readonly ControllerStanding[]> {
    await this.#options.engine.omada.check(signal);
    return this.#options.engine.omada.standing();
  }

  /** Troubles with controllers, and with the portal's own certificate, for people. */
  findings(): readonly string[] {
    const controllers = this.#options.engine.omada.findings().map(({ text }) => text);
    return this.#tlsTrouble === undefined ? controllers : [this.#tlsTrouble, ...controllers];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#server?.[Symbol.asyncDispose]();
  }

  /** A certificate that was renewed is shown without a restart. To begin or end with TLS takes one: that is told elsewhere. */
  #renewCertificate(declared: PortalSettings['tls']): void {
    const shown = this.#tls;
    if (this.#server === undefined || shown === undefined || declared === undefined) return;
    if (shown.certificate.equals(declared.certificate) && shown.key.equals(declared.key)) {
      this.#tlsTrouble = undefined;
      return;
    }
    const { log } = this.#options;
    try {
      this.#server.useCertificate(declared);
      this.#tls = declared;
      this.#tlsTrouble = undefined;
      log.info('certificate of the portal renewed');
    } catch (error) {
      this.#tlsTrouble = `the declared certificate of the portal cannot be used, the one before is shown: ${messageOf(error)}`;
      log.error({ err: error }, 'certificate of the portal not renewed');
    }
  }

  #deps(first: Model): PortalDeps {
    const { engine, decisions, clock, log, fillRandom, authority } = this.#options;
    const inForce = () => this.#model ?? first;
    const diverted = latest(divertedClients);
    const limitsOfGuests = latest(guestLimits);
    return {
      sites: () => inForce().portalSites,
      settings: () => inForce().operator.portal,
      diverted: (address) => diverted(inForce())(address),
      directory: engine.directory,
      guestLimits: (service) => limitsOfGuests(inForce())(service),
      decisions,
      ...(authority === undefined ? {} : { authority }),
      online: onlineGuests(engine),
      omada: {
        authorise: (...client) => engine.omada.authorise(...client),
        began: (guest) => engine.guests.began(guest),
      },
      clock,
      random(octets) {
        const bytes = new Uint8Array(octets);
        fillRandom(bytes);
        return bytes;
      },
      counters: this.counters,
      log,
    };
  }
}

/** What services grant guests without an account, made when first wanted. */
function guestLimits({ operator: { timezone } }: Model): (service: ServicePlan) => LoginLimits {
  const known = new Map<ServicePlan, LoginLimits>();
  return (service) => {
    const limits = known.get(service) ?? serviceLimits(service, timezone);
    known.set(service, limits);
    return limits;
  };
}

/** What is made of a model, kept until another is in force. */
function latest<Made>(make: (model: Model) => Made): (model: Model) => Made {
  let kept: { readonly model: Model; readonly made: Made } | undefined;
  return (model) => {
    if (kept?.model !== model) kept = { model, made: make(model) };
    return kept.made;
  };
}

/** What the portal may know and do of sessions: those that RADIUS accounting tells of. */
function onlineGuests({ accounting, sessions }: PortalGatewayOptions['engine']): OnlineGuests {
  return {
    isOnline: (guest) => accounting.openOfUser(guest).length > 0,
    started: (guest, signal) => accounting.started(guest, signal),
    end: async (guest: GuestSession, signal: AbortSignal) => {
      const open = accounting.openOfUser(guest);
      const ended = await Promise.all(open.map((session) => sessions.disconnect(session, signal)));
      return ended.every(({ result }) => result !== 'failed');
    },
  };
}
