import { SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Peer } from './channel.ts';
import { parseIpv4, parseIpv6 } from './packet/value.ts';

/** A peer with its address as the system has it (struct sockaddr_in, sockaddr_in6). */
export interface NamedPeer extends Peer {
  readonly name: Uint8Array;
}

const inet = 2;
const inet6 = 10;
const isMixed = /^(?!::ffff:).*:.*\./;

/** @returns nothing when the address is none, has a zone, or is of IPv6 in a form that libraries read differently (`::0.1.0.0`) */
export function encodeSocketAddress({ address, port }: Peer): Buffer | undefined {
  const octets = parseIpv4(address) ?? (isMixed.test(address) ? undefined : parseIpv6(address));
  if (octets === undefined) return undefined;
  const name = Buffer.alloc(octets.length === 4 ? 16 : 28);
  name.writeUInt16LE(octets.length === 4 ? inet : inet6, 0);
  name.writeUInt16BE(port, 2);
  name.set(octets, octets.length === 4 ? 4 : 8);
  return name;
}

/** Senders by their addresses, so that each is put into words once. Forgets all when there are too many. */
export class NamedPeers {
  readonly #most: number;
  readonly #byIpv4 = new Map<number, NamedPeer>();
  readonly #byIpv6 = new Map<string, NamedPeer>();
  readonly #byText = new Map<string, NamedPeer>();

  constructor(most = 8192) {
    this.#most = most;
  }

  /** Whose address is in `octets` at `at`; nothing when it is neither IPv4 nor IPv6. */
  at(octets: Buffer, at: number): NamedPeer | undefined {
    switch (octets.readUInt16LE(at)) {
      case inet:
        return this.#ipv4At(octets, at);
      case inet6:
        return this.#ipv6At(octets, at);
      default:
        return undefined;
    }
  }

  /** The same of a sender in words; nothing when his address has a zone. */
  of({ address, port }: Peer): NamedPeer | undefined {
    const key = `${address} ${port}`;
    const known = this.#byText.get(key);
    if (known !== undefined) return known;
    const name = encodeSocketAddress({ address, port });
    return name === undefined ? undefined : remember(this.#byText, key, { address, port, name }, this.#most);
  }

  #ipv4At(octets: Buffer, at: number): NamedPeer {
    const port = octets.readUInt16BE(at + 2);
    const key = octets.readUInt32BE(at + 4) * 0x1_0000 + port;
    const known = this.#byIpv4.get(key);
    if (known !== undefined) return known;
    const name = octets.subarray(at, at + 16);
    return remember(
      this.#byIpv4,
      key,
      { address: name.subarray(4, 8).join('.'), port, name: Buffer.from(name) },
      this.#most,
    );
  }

  #ipv6At(octets: Buffer, at: number): NamedPeer {
    const key = octets.toString('latin1', at, at + 28);
    const known = this.#byIpv6.get(key);
    if (known !== undefined) return known;
    const name = Buffer.from(octets.subarray(at, at + 28));
    return remember(this.#byIpv6, key, { address: ipv6In(name), port: name.readUInt16BE(2), name }, this.#most);
  }
}

function remember<K>(known: Map<K, NamedPeer>, key: K, peer: NamedPeer, most: number): NamedPeer {
  if (known.size >= most) known.clear();
  known.set(key, peer);
  return peer;
}

/** As node:dgram writes it, with the name of its interface as the zone where the address alone says too little. */
function ipv6In(name: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => name.readUInt16BE(8 + index * 2).toString(16));
  const { address } = new SocketAddress({ address: groups.join(':'), family: 'ipv6' });
  const scope = name.readUInt32LE(24);
  return scope === 0 ? address : `${address}%${interfaceNumbered(scope) ?? scope}`;
}

function interfaceNumbered(scope: number): string | undefined {
  const all = Object.entries(networkInterfaces());
  return all.find(([, addresses]) => addresses?.some(({ scopeid }) => scopeid === scope))?.[0];
}
