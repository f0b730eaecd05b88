import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { Clock } from '../../src/base/clock.ts';
import { Secret } from '../../src/base/secret.ts';
import { DeadLetters } from '../../src/events/dead-letters.ts';
import type { EventJson, NewEvent } from '../../src/events/event.ts';
import { EventLog } from '../../src/events/event-log.ts';
import { WebhookConnection } from '../../src/events/post.ts';
import { WebhookSender } from '../../src/events/webhook-sender.ts';
import type { Webhook } from '../../src/model/kinds/operator.ts';
import { Store } from '../../src/store/store.ts';
import { TempFolder } from '../support/temp-folder.ts';

export interface Told {
  readonly events: readonly EventJson[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly url: string;
}

type Answer = (
  told: Told,
) => { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | 'none';

/** A program that is told what happens, over HTTP on loopback. */
export class Program implements AsyncDisposable {
  readonly told: Told[] = [];
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();
  answer: Answer = () => ({ status: 204 });

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port = 0): Promise<Program> {
    const server = createServer();
    const program = new Program(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const { headers, url = '' } = request;
        const { events = [] } = JSON.parse(body) as { events?: EventJson[] };
        const told = { body, headers, url, events };
        program.told.push(told);
        const answer = program.answer(told);
        if (answer !== 'none') response.writeHead(answer.status, answer.headers).end(answer.body);
        for (const wake of program.#waiting) wake();
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return program;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** What it was told in requests that it answered with 2xx is in `told`, too: whatever came. */
  ids(): readonly string[] {
    return this.told.flatMap(({ events }) => events.map(({ data }) => String(data['n'])));
  }

  /** Resolves when it was asked so often. */
  async asked(times: number): Promise<void> {
    while (this.told.length < times) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A state folder with a log of events in it. */
export class EventLab implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly clock: Clock;
  store!: Store;
  log!: EventLog;
  letters!: DeadLetters;

  private constructor(folder: TempFolder, clock: Clock) {
    this.folder = folder;
    this.clock = clock;
  }

  static async start(clock: Clock): Promise<EventLab> {
    const lab = new EventLab(await TempFolder.make(), clock);
    await lab.open();
    return lab;
  }

  async open(): Promise<void> {
    this.store = await Store.open(this.folder.path, { clock: this.clock, log: pino({ enabled: false }) });
    this.log = await EventLog.open({ store: this.store, now: () => this.clock.now() });
    this.letters = await DeadLetters.open(this.store.table('letters'));
  }

  async restart(): Promise<void> {
    await this.store.close();
    await this.open();
  }

  sender(webhook: Webhook, onTrouble?: (trouble: string | undefined) => void): Promise<WebhookSender> {
    const { log, letters, clock, store } = this;
    const connection = new WebhookConnection(webhook);
    return WebhookSender.start({
      ...{ webhook, log, letters, clock, connection },
      cursors: store.table('webhooks'),
      random: () => 0.5,
      ...(onTrouble === undefined ? {} : { onTrouble }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

export function webhook(url: string, more: Partial<Webhook> = {}): Webhook {
  return {
    ...{
      name: 'billing',
      format: 'events',
      url,
      secret: new Secret('key'),
      events: ['*'],
      timeoutMs: 10_000,
      giveUpMs: 86_400_000,
    },
    ...more,
  };
}

/** Events about one subject, which say where they are in order. */
export function numbered(
  clock: Clock,
  from: number,
  to: number,
  type: NewEvent['type'] = 'session.stopped',
): NewEvent[] {
  return Array.from({ length: to - from + 1 }, (_, at) => ({
    ...{ type, at: clock.now(), subject: 'session/1' },
    data: { n: from + at },
  }));
}

/** What a receiver works out by itself. */
export function isSigned({ headers, body }: Told, key: string | Buffer): boolean {
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const expected = `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
}
