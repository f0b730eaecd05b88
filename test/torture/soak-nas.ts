import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const resendMs = 1000;

/** Asks a RADIUS server many things at the same time, each again until it is answered. */
export class SoakNas implements AsyncDisposable {
  readonly #lanes: readonly Lane[];
  readonly #timer: NodeJS.Timeout;

  private constructor(sockets: readonly Socket[], port: number) {
    this.#lanes = sockets.map((socket) => new Lane(socket, port));
    this.#timer = setInterval(() => {
      for (const lane of this.#lanes) lane.sendAgain();
    }, resendMs);
  }

  static async start(port: number, lanes: number): Promise<SoakNas> {
    const sockets = Array.from({ length: lanes }, () => createSocket('udp4').bind(0, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'listening')));
    return new SoakNas(sockets, port);
  }

  /** @param packets made for an identifier. Resolves when each is answered, with the codes of the answers */
  async askAll(packets: readonly ((identifier: number) => Buffer)[]): Promise<readonly number[]> {
    const codes: number[] = [];
    let next = 0;
    const work = async (lane: Lane, identifier: number) => {
      for (let packet = packets[next]; packet !== undefined; packet = packets[next]) {
        next += 1;
        codes.push(await lane.ask(identifier, packet(identifier)));
      }
    };
    await Promise.all(this.#lanes.flatMap((lane) => Array.from({ length: perLane }, (_, id) => work(lane, id))));
    return codes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

const perLane = 64;

class Lane {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #waiting = new Map<number, { readonly packet: Buffer; readonly answer: (code: number) => void }>();

  constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    socket.on('message', (answer) => {
      const asked = this.#waiting.get(answer[1] ?? -1);
      this.#waiting.delete(answer[1] ?? -1);
      asked?.answer(answer[0] ?? 0);
    });
  }

  ask(identifier: number, packet: Buffer): Promise<number> {
    return new Promise((answer) => {
      this.#waiting.set(identifier, { packet, answer });
      this.#socket.send(packet, this.#port, '127.0.0.1');
    });
  }

  sendAgain(): void {
    for (const { packet } of this.#waiting.values()) this.#socket.send(packet, this.#port, '127.0.0.1');
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}
