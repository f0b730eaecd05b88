import type { Socket } from 'node:dgram';
import type { Nas } from '../directory/reader.ts';
import type { Endpoint, RadsecSettings } from '../model/kinds/radius.ts';
import { BatchedUdp, type BatchedUdpOptions } from './batched-udp.ts';
import type { Channel } from './channel.ts';
import type { Slot } from './coa/request-lanes.ts';
import type { RadiusCounters } from './counters.ts';
import type { DatagramCalls } from './datagram-calls.ts';
import type { RadiusFinding } from './drops.ts';
import { DuplicateCache } from './duplicate-cache.ts';
import { code } from './packet/codes.ts';
import { type PipelineOptions, RequestPipeline } from './pipeline.ts';
import { RadsecServer } from './radsec/radsec-server.ts';
import { randomPool } from './random-pool.ts';
import { RestFront } from './rest/rest-front.ts';
import type { NasSigning } from './signing/signing-watch.ts';
import { descriptorOf } from './socket-descriptor.ts';
import { bindUdp, boundTo, closeUdp } from './udp.ts';

export interface RadiusServerOptions extends PipelineOptions {
  readonly listenAuth: readonly Endpoint[];
  readonly listenAccounting: readonly Endpoint[];
  /** For packets that are taken in and sent many at a time. Absent: one by one, with node:dgram. */
  readonly datagramCalls?: DatagramCalls | undefined;
  /** RADIUS over TLS. Absent: none. */
  readonly radsec?: { readonly listen: readonly Endpoint[]; readonly tls: RadsecSettings };
}

interface Listener {
  readonly service: 'auth' | 'accounting';
  readonly socket: Socket;
  readonly batched: BatchedUdp | undefined;
}

const keepAuthMs = 10_000;
const keepAccountingMs = 30_000;
/** Longer is no restart that anybody plans: a NAS asks again after a second or two. */
const longestDrainMs = 1_000;

/** RADIUS over UDP and TLS: sockets in front of the request pipeline. */
export class RadiusServer implements AsyncDisposable {
  readonly #options: RadiusServerOptions;
  readonly #pipeline: RequestPipeline;
  readonly #listeners: Listener[] = [];
  /** For a FreeRADIUS that asks by HTTP. */
  readonly rest: RestFront;
  #radsec: RadsecServer | undefined;

  private constructor(options: RadiusServerOptions) {
    this.#options = options;
    const pipeline = new RequestPipeline(options);
    this.#pipeline = pipeline;
    this.rest = new RestFront({
      directory: options.directory,
      clock: options.clock,
      random: randomPool(options.random),
      receive: (channel, packet, from) => pipeline.receive(channel, packet, from),
      refused: (reason, source) => pipeline.refused(reason, source, { socket: 'rest' }),
    });
  }

  /**
   * Binds every address and begins to answer.
   *
   * @throws RadiusListenError when one of them cannot be had; none stays bound then
   */
  static async start(options: RadiusServerOptions): Promise<RadiusServer> {
    const server = new RadiusServer(options);
    try {
      for (const endpoint of options.listenAuth) await server.#listen('auth', endpoint);
      for (const endpoint of options.listenAccounting) await server.#listen('accounting', endpoint);
      if (options.radsec !== undefined) await server.#listenRadsec(options.radsec);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Where it listens, with the ports the system gave. */
  addresses(): Readonly<Record<'auth' | 'accounting' | 'radsec', readonly Endpoint[]>> {
    const of = (service: Listener['service']): Endpoint[] =>
      this.#listeners.filter((listener) => listener.service === service).map(({ socket }) => boundTo(socket));
    return { auth: of('auth'), accounting: of('accounting'), radsec: this.#radsec?.addresses() ?? [] };
  }

  /** Whether a thread of its own works on a password that takes its time. */
  get comparing(): boolean {
    return this.#pipeline.comparing;
  }

  /** UDP listeners, and which of them read and send many packets by one call. */
  batched(): readonly { readonly service: string; readonly listener: string; readonly batched: boolean }[] {
    return this.#listeners.map(({ service, socket, batched }) => {
      const { host, port } = boundTo(socket);
      const listener = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
      return { service, listener, batched: batched?.usable === true };
    });
  }

  /** A way to send a request down a connection that a NAS has to us; nothing when it has none. */
  tunnel(nas: Nas): Slot | undefined {
    return this.#radsec?.slot(nas.name);
  }

  /** NAS on RADIUS over TLS, and how many connections each has. */
  tunnels(): ReadonlyMap<string, number> {
    return this.#radsec?.connections() ?? new Map();
  }

  /** What is wrong with our certificate for TLS, for people. */
  tlsFindings(): readonly string[] {
    return this.#radsec?.findings() ?? [];
  }

  /** New connections see these certificates. */
  renewRadsec(tls: RadsecSettings): void {
    this.#radsec?.renew(tls);
  }

  get counters(): RadiusCounters {
    return this.#pipeline.counters;
  }

  /** What was learned of NAS that may sign their requests or not. */
  signing(): readonly NasSigning[] {
    return this.#pipeline.signing();
  }

  /** What was dropped, by NAS and reason, with what to do about it. */
  findings(): readonly RadiusFinding[] {
    return this.#pipeline.findings();
  }

  /**
   * Stops listening. What was read is answered first: what comes in later waits in a socket that was handed over, for
   * whoever is started next.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = (await this.#pipeline.drain(longestDrainMs)) ? this.#close() : undefined;
    await this.#pipeline[Symbol.asyncDispose]();
    await this.#radsec?.[Symbol.asyncDispose]();
    await closed;
    await this.#close();
  }

  async #close(): Promise<void> {
    const closed = this.#listeners.splice(0).map(({ socket, batched }) => {
      batched?.stop();
      return closeUdp(socket);
    });
    await Promise.all(closed);
  }

  async #listenRadsec({ listen, tls }: NonNullable<RadiusServerOptions['radsec']>): Promise<void> {
    const { directory, clock, log, heard } = this.#options;
    const pipeline = this.#pipeline;
    this.#radsec = await RadsecServer.start({
      ...{ listen, tls, directory, clock, log },
      receive: (channel, packet, from) => pipeline.receive(channel, packet, from),
      refused: (reason, source, fields) => pipeline.refused(reason, source, { socket: 'radsec', ...fields }),
      ...(heard === undefined ? {} : { connected: heard }),
    });
  }

  async #listen(service: Listener['service'], endpoint: Endpoint): Promise<void> {
    const socket = await bindUdp(endpoint);
    const channel = udpChannel(service, socket);
    const batched = this.#batch(socket, {
      receive: (packet, from) => this.#pipeline.receive(batchedChannel, packet, from),
      ...(service === 'auth' ? { ahead: (packets) => this.#pipeline.ahead(packets) } : {}),
    });
    const batchedChannel = batched === undefined ? channel : { ...channel, send: batched.send, batched: true as const };
    this.#listeners.push({ service, socket, batched });
    if (batched === undefined) socket.on('message', (packet, from) => this.#pipeline.receive(channel, packet, from));
    socket.on('error', (err) => this.#options.log.warn({ err, service }, 'radius socket error'));
  }

  #batch(socket: Socket, taking: Pick<BatchedUdpOptions, 'receive' | 'ahead'>): BatchedUdp | undefined {
    const { datagramCalls: calls, log } = this.#options;
    const fd = calls === undefined ? undefined : descriptorOf(socket);
    if (calls === undefined || fd === undefined) return undefined;
    const gaveUp = (code: string): void => log.warn({ code }, 'packets are read and sent one by one from here on');
    return new BatchedUdp({ socket, fd, calls, gaveUp, ...taking });
  }
}

function udpChannel(service: Listener['service'], socket: Socket): Channel {
  const auth = service === 'auth';
  return {
    service,
    codes: [auth ? code.accessRequest : code.accountingRequest],
    duplicates: new DuplicateCache(auth ? keepAuthMs : keepAccountingMs),
    send: (reply, { port, address }, sent) => socket.send(reply, port, address, sent),
  };
}
