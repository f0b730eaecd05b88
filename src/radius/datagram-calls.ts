import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { codeOf } from '../base/errors.ts';
import type { RadiusLog } from './drops.ts';
import { MessageRing } from './message-ring.ts';
import { encodeSocketAddress } from './socket-address.ts';
import { descriptorOf } from './socket-descriptor.ts';
import { closeUdp } from './udp.ts';

/** The calls of Linux that take in or send many datagrams at once. */
export interface DatagramCalls {
  /** Where octets are in memory: of an ArrayBuffer of their own, which stays there. */
  addressOf(octets: Uint8Array): number;
  /**
   * recvmmsg(2), without waiting.
   *
   * @param headers address of `count` structures of `MessageRing`
   * @returns how many were filled, or the negative of an errno
   */
  receive(fd: number, headers: number, count: number): number;
  /** sendmmsg(2). @returns how many were sent, or the negative of the errno of the first */
  send(fd: number, headers: number, count: number): number;
}

/**
 * The system's calls, tried on a socket of our own before anybody relies on them: whether the optional package is there that
 * calls C, the kernel lets us, and structures are laid out as they are here.
 *
 * @returns nothing when one of these is not so: sockets of node:dgram do without, at about twice the cost of a login
 */
export async function openDatagramCalls(log: RadiusLog, load = loadCalls): Promise<DatagramCalls | undefined> {
  if (process.platform !== 'linux' || !(process.arch === 'x64' || process.arch === 'arm64')) return undefined;
  try {
    const calls = await load();
    await tryOut(calls);
    return calls;
  } catch (err) {
    if (codeOf(err) === 'ERR_MODULE_NOT_FOUND')
      log.info({}, 'package koffi is not installed: packets are read and sent one by one');
    else log.warn({ err }, 'packets are read and sent one by one: the calls for many at once do not work here');
    return undefined;
  }
}

async function loadCalls(): Promise<DatagramCalls> {
  const { default: koffi } = await import('koffi');
  // Nothing: what the process has loaded already, and that is its libc.
  const libc = koffi.load(null);
  const receive = libc.func('recvmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int', 'uintptr_t']);
  const send = libc.func('sendmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int']);
  const outcome = (result: number): number => (result < 0 ? -koffi.errno() : result);
  return {
    addressOf: (octets) => Number(koffi.address(octets)),
    receive: (fd, headers, count) => outcome(receive(fd, headers, count, dontWait, 0)),
    send: (fd, headers, count) => outcome(send(fd, headers, count, dontWait)),
  };
}

/** MSG_DONTWAIT. */
const dontWait = 0x40;

/** Sends two datagrams to ourselves and takes them in again: on loopback they are there when the call returns. */
async function tryOut(calls: DatagramCalls): Promise<void> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  try {
    const fd = descriptorOf(socket);
    if (fd === undefined) throw new Error('the descriptor of a socket cannot be told: is /proc mounted?');
    const name = encodeSocketAddress(socket.address()) ?? Buffer.alloc(0);
    const [out, back] = [new MessageRing(2, calls), new MessageRing(2, calls)];
    for (const [slot, text] of probes.entries()) out.put(slot, Buffer.from(text), name);
    const sent = calls.send(fd, out.address, 2);
    const received = sent === 2 ? calls.receive(fd, back.address, 2) : 0;
    if (received !== 2) throw new Error(`of two datagrams ${sent} were sent and ${received} came back`);
    for (const [slot, text] of probes.entries()) {
      if (back.copyOf(slot).toString() !== text || !back.nameAt(slot).equals(name)) {
        throw new Error('datagrams came back changed');
      }
    }
  } finally {
    await closeUdp(socket);
  }
}

const probes = ['lastmile', 'tries this'];
