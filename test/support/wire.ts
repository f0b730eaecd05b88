import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { PeerProcess } from './peer-process.ts';

/** What programs at both ends of a wire need: the wire itself, and a way to those who are not at it. */
export interface Wire extends AsyncDisposable {
  /** Names of the two interfaces. */
  readonly ends: readonly [string, string];
  /** Starts a program where the interfaces are. */
  run(command: string, args: readonly string[], signal: AbortSignal): PeerProcess;
  /** The port of 127.0.0.1 at which programs there reach our UDP door. */
  toUs(door: Endpoint): Promise<number>;
  /** The port of 127.0.0.1 at which we reach a UDP door of programs there. */
  fromUs(port: number): Promise<number>;
}

/**
 * A veth pair, both ends up: in a network namespace of its own where the kernel allows one, since that goes with its
 * processes whatever happens; else, with CAP_NET_ADMIN, among the interfaces of this machine.
 *
 * @returns `undefined` where the kernel allows neither
 */
export async function layWire(): Promise<Wire | undefined> {
  return (await NamespaceWire.lay()) ?? localWire();
}

/** Can one be laid here? */
export async function canLayWire(): Promise<boolean> {
  await using wire = await layWire();
  return wire !== undefined;
}

const pair = (one: string, other: string): string =>
  `ip link add ${one} type veth peer name ${other} && ip link set ${one} up && ip link set ${other} up`;

function localWire(): Wire | undefined {
  const name = `lm${randomBytes(4).toString('hex')}`;
  const ends = [`${name}a`, `${name}b`] as const;
  const remove = () => attempt('ip', ['link', 'delete', ends[0]]);
  if (!attempt('sh', ['-c', pair(...ends)])) {
    remove();
    return undefined;
  }
  return {
    ends,
    run: (command, args, signal) => new PeerProcess(command, args, signal),
    toUs: async ({ port }) => port,
    fromUs: async (port) => port,
    async [Symbol.asyncDispose]() {
      remove();
    },
  };
}

function attempt(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A namespace has its own loopback: our end hands datagrams on between a socket there and one here. */
class NamespaceWire implements Wire {
  readonly ends = ['near', 'far'] as const;
  readonly #keeper: ChildProcess;
  readonly #sockets: Socket[] = [];

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
  }

  static async lay(): Promise<NamespaceWire | undefined> {
    const script = fileURLToPath(new URL('namespace-sockets.mjs', import.meta.url));
    const within = `ip link set lo up && ${pair('near', 'far')} && exec "$@"`;
    const keeper = spawn('unshare', ['-rn', 'sh', '-c', within, 'sh', process.execPath, script], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const refused = () => undefined;
    const ready = await Promise.race([once(keeper, 'message'), once(keeper, 'exit').then(refused)]).catch(refused);
    return ready === undefined ? undefined : new NamespaceWire(keeper);
  }

  run(command: string, args: readonly string[], signal: AbortSignal): PeerProcess {
    const into = ['-t', String(this.#keeper.pid), '--user', '--net', '--preserve-credentials'];
    return new PeerProcess('nsenter', [...into, command, ...args], signal);
  }

  async toUs(door: Endpoint): Promise<number> {
    const [there, here] = [await this.#socketThere(), await this.#socketHere()];
    join(there, here);
    here.connect(door.port, door.host);
    await once(here, 'connect');
    return there.address().port;
  }

  async fromUs(port: number): Promise<number> {
    const [there, here] = [await this.#socketThere(), await this.#socketHere()];
    join(here, there);
    there.connect(port, '127.0.0.1');
    await once(there, 'connect');
    return here.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    if (this.#keeper.exitCode !== null) return;
    this.#keeper.kill('SIGKILL');
    await once(this.#keeper, 'exit');
  }

  async #socketThere(): Promise<Socket> {
    const came = once(this.#keeper, 'message');
    this.#keeper.send('socket');
    const [, socket] = (await came) as [number, Socket];
    return this.#kept(socket);
  }

  async #socketHere(): Promise<Socket> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return this.#kept(socket);
  }

  /** A door that is shut answers by ICMP, which is no matter of ours. */
  #kept(socket: Socket): Socket {
    this.#sockets.push(socket);
    return socket.on('error', () => undefined);
  }
}

/** What comes to `door` goes out by `onward`, which is connected; answers go to whoever sent last. */
function join(door: Socket, onward: Socket): void {
  let last = 0;
  door.on('message', (octets, from) => {
    last = from.port;
    onward.send(octets);
  });
  onward.on('message', (octets) => door.send(octets, last, '127.0.0.1'));
}
