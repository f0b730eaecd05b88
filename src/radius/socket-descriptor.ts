import type { Socket } from 'node:dgram';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { parseIpv4, parseIpv6 } from './packet/value.ts';

/**
 * The descriptor of a bound socket, which node:dgram does not tell: that of ours whose inode Linux lists with the socket's
 * address (proc(5), /proc/net/udp).
 *
 * @returns nothing where that cannot be read, or leaves a doubt
 */
export function descriptorOf(socket: Socket): number | undefined {
  const { address, port } = socket.address();
  const octets = parseIpv4(address) ?? parseIpv6(address);
  if (octets === undefined) return undefined;
  const place = `${listed(octets)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    const inodes = inodesAt(place, isIPv6(address) ? 'udp6' : 'udp');
    const own = readdirSync('/proc/self/fd').filter((fd) => inodes.has(inodeOf(fd)));
    return own.length === 1 ? Number(own[0]) : undefined;
  } catch {
    return undefined;
  }
}

function inodesAt(place: string, table: 'udp' | 'udp6'): ReadonlySet<string | undefined> {
  const rows = readFileSync(`/proc/self/net/${table}`, 'latin1').split('\n').slice(1);
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(fields.filter((each) => each[1] === place).map((each) => each[9] ?? ''));
}

function inodeOf(fd: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    return undefined; // that by which the folder was read
  }
}

/** Words of four octets in the order of this processor, which is little-endian. */
function listed(octets: Uint8Array): string {
  const words = Buffer.from(octets).swap32();
  return words.toString('hex').toUpperCase();
}
