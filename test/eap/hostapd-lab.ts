import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { AccountingEvent, AccountingSink } from '../../src/accounting/event.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Login } from '../../src/directory/reader.ts';
import { CoaClient } from '../../src/radius/coa/coa-client.ts';
import { NasSessionControl } from '../../src/radius/coa/session-control.ts';
import { Store } from '../../src/store/store.ts';
import { documentAt } from '../docs/document.ts';
import { type Bench, coreNas, secretText, startServer } from '../radius/support.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { PeerProcess } from '../support/peer-process.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { layWire, type Wire } from '../support/wire.ts';
import { ca, eapServer, fillRandom } from './support.ts';

const programs = { hostapd: '/usr/sbin/hostapd', supplicant: '/sbin/wpa_supplicant' };
export const hasHostapd = Object.values(programs).every((program) => existsSync(program));

export interface HostapdLabOptions {
  /** Of the test: what still runs when its time is over is ended. */
  readonly signal: AbortSignal;
  /** Files for subscribers, who call them `DIR/name`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** hostapd as NAS, its port at one end of a wire, before a server that keeps its accounting on disk. */
export class HostapdLab implements AsyncDisposable {
  readonly bench: Bench;
  readonly accounting: AccountingStore;
  readonly told: ToldAccounting;
  /** Absent where the kernel lets nobody lay one: hostapd then has a port that nobody comes to. */
  readonly wire: Wire | undefined;
  readonly #folder: TempFolder;
  readonly #signal: AbortSignal;
  /** Ended last first. */
  readonly #parts: readonly AsyncDisposable[];
  readonly #programs: PeerProcess[] = [];

  private constructor(parts: Parts, wire: Wire | undefined, signal: AbortSignal) {
    this.bench = parts.bench;
    this.accounting = parts.accounting;
    this.told = parts.told;
    this.wire = wire;
    this.#folder = parts.folder;
    this.#signal = signal;
    this.#parts = [parts.folder, parts.store, parts.accounting, parts.bench, ...(wire === undefined ? [] : [wire])];
  }

  static async start(logins: readonly Login[], { signal, files = {} }: HostapdLabOptions): Promise<HostapdLab> {
    const lab = new HostapdLab(await startParts(logins, signal), await layWire(), signal);
    for (const [name, text] of Object.entries({ 'ca.pem': ca.certificate, ...files })) await lab.#write(name, text);
    return lab;
  }

  /**
   * Starts hostapd as docs/eap.md has it, but for its addresses; the server's NAS is where it takes CoA.
   *
   * @param more in place of what is documented
   */
  async hostapd(more: Readonly<Record<string, string>> = {}): Promise<PeerProcess> {
    const das = await freeUdpPort('127.0.0.1');
    const { auth, accounting, directory } = this.bench;
    const port = this.wire === undefined ? { interface: 'lo', driver: 'none' } : { interface: this.wire.ends[0] };
    const lines = {
      ...documented(),
      ...port,
      ...{ own_ip_addr: '127.0.0.1', nas_identifier: 'core-1' },
      ...{ auth_server_addr: '127.0.0.1', auth_server_shared_secret: secretText },
      ...{ acct_server_addr: '127.0.0.1', acct_server_shared_secret: secretText },
      auth_server_port: (await this.wire?.toUs(auth)) ?? auth.port,
      acct_server_port: (await this.wire?.toUs(accounting)) ?? accounting.port,
      ...{ radius_das_port: das, radius_das_client: `127.0.0.1 ${secretText}` },
      ...more,
    };
    const coaPort = (await this.wire?.fromUs(das)) ?? das;
    const { router: _router, ...nas } = coreNas;
    directory.nasList = [{ ...nas, profile: 'generic', coaPort }];
    const hostapd = this.#run(programs.hostapd, ['-d', await this.#write('hostapd.conf', textOf(lines))]);
    await hostapd.says('AP-ENABLED');
    return hostapd;
  }

  /** Puts a subscriber at the other end of the wire. */
  async supplicant(network: Readonly<Record<string, string>>): Promise<PeerProcess> {
    const lines = Object.entries({ key_mgmt: 'IEEE8021X', eapol_flags: '0', ...network }).map(([name, value]) => {
      return `  ${name}=${value.replaceAll('DIR', this.#folder.path)}`;
    });
    const file = await this.#write('supplicant.conf', `ap_scan=0\nnetwork={\n${lines.join('\n')}\n}`);
    return this.#run(programs.supplicant, ['-D', 'wired', '-i', this.wire?.ends[1] ?? '', '-c', file]);
  }

  /** What ends and changes sessions at hostapd, as the daemon has it. */
  async control(): Promise<NasSessionControl & AsyncDisposable> {
    const { directory, log } = this.bench;
    const dynamic = await CoaClient.start({ bindAddress: '127.0.0.1', clock: systemClock, log, random: fillRandom });
    const sessions = this.accounting;
    const control = new NasSessionControl({ directory, sessions, dynamic, api: { remove: async () => undefined } });
    return Object.assign(control, { [Symbol.asyncDispose]: () => dynamic[Symbol.asyncDispose]() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [...this.#parts, ...this.#programs].reverse()) await each[Symbol.asyncDispose]();
  }

  #run(program: string, args: readonly string[]): PeerProcess {
    const started = this.wire?.run(program, args, this.#signal) ?? new PeerProcess(program, args, this.#signal);
    this.#programs.push(started);
    return started;
  }

  async #write(name: string, text: string): Promise<string> {
    const file = join(this.#folder.path, name);
    await writeFile(file, `${text}\n`);
    return file;
  }
}

/** hostapd.conf of docs/eap.md. */
function documented(): Readonly<Record<string, string>> {
  const text = documentAt('docs/eap.md').blocks.find(({ language }) => language === 'ini')?.text ?? '';
  return Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

function textOf(lines: Readonly<Record<string, string | number>>): string {
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** What does not depend on where hostapd's port is. */
type Parts = Awaited<ReturnType<typeof startParts>>;

async function startParts(logins: readonly Login[], signal: AbortSignal) {
  const log = pino({ level: 'silent' });
  const folder = await TempFolder.make();
  const store = await Store.open(join(folder.path, 'state'), { clock: systemClock, log });
  const accounting = await AccountingStore.open(store, { clock: systemClock, log });
  const told = new ToldAccounting(accounting, signal);
  const bench = await startServer(logins, { access: { eap: eapServer() }, accounting: told });
  return { folder, store, accounting, told, bench };
}

/** Hands records on to a store, and tells of those that are there. */
export class ToldAccounting implements AccountingSink {
  readonly events: AccountingEvent[] = [];
  readonly #store: AccountingSink;
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<() => void>();

  constructor(store: AccountingSink, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#tell());
  }

  async record(event: AccountingEvent): Promise<void> {
    await this.#store.record(event);
    this.events.push(event);
    this.#tell();
  }

  /** The first record of this kind, stored or to come. @throws when the test's time is over */
  async first(status: AccountingEvent['status']): Promise<AccountingEvent> {
    for (;;) {
      const found = this.events.find((event) => event.status === status);
      if (found !== undefined) return found;
      this.#signal.throwIfAborted();
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const each of waiting) each();
  }
}
