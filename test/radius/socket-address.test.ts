import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSocketAddress, type NamedPeer, NamedPeers } from '../../src/radius/socket-address.ts';

/** As a call leaves it: 28 octets of room, with older ones behind a shorter address. */
function asReceived(name: Uint8Array, before = 5): Buffer {
  const room = Buffer.alloc(before + 28, 0xee);
  room.set(name, before);
  return room;
}

const port = fc.integer({ min: 0, max: 65_535 });

describe('an address as the system has it', () => {
  it('is that of RFC 791 or RFC 4291, in the order of the network', () => {
    expect(encodeSocketAddress({ address: '192.0.2.1', port: 1812 })?.toString('hex')).toBe(
      '02000714c00002010000000000000000',
    );
    expect(encodeSocketAddress({ address: '2001:db8::1', port: 1812 })?.toString('hex')).toBe(
      '0a0007140000000020010db800000000000000000000000100000000',
    );
  });

  it('is put into the words that came in', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.constantFrom(2, 10),
        port,
        (octets, family, at) => {
          const name = Buffer.alloc(family === 2 ? 16 : 28);
          name.writeUInt16LE(family, 0);
          name.writeUInt16BE(at, 2);
          name.set(family === 2 ? octets.subarray(0, 4) : octets, family === 2 ? 4 : 8);

          const peer = new NamedPeers().at(asReceived(name), 5) as NamedPeer;

          expect(peer).toEqual({ address: peer.address, port: at, name });
          expect([undefined, name.toString('hex')]).toContain(encodeSocketAddress(peer)?.toString('hex'));
        },
      ),
    );
  });

  it.each([
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('of %s is written as node:dgram does: %s', (address, written) => {
    const name = encodeSocketAddress({ address, port: 1 }) as Buffer;

    expect(new NamedPeers().at(asReceived(name), 5)?.address).toBe(written);
  });

  it('has the zone of a link', () => {
    const name = encodeSocketAddress({ address: 'fe80::1', port: 1 }) as Buffer;
    name.writeUInt32LE(4_000_000, 24);

    expect(new NamedPeers().at(asReceived(name), 5)?.address).toBe('fe80::1%4000000');
    expect(encodeSocketAddress({ address: 'fe80::1%eth0', port: 1 })).toBeUndefined();
  });

  it('of IPv6 that ends like IPv4, and is none, is left alone', () => {
    expect(encodeSocketAddress({ address: '::0.1.0.0', port: 1 })).toBeUndefined();
  });

  it.each(['127.0.0.1', '::1'])('of a datagram from %s is what node:dgram says', async (address) => {
    const type = address === '::1' ? 'udp6' : 'udp4';
    const [from, to] = [createSocket(type).bind(0, address), createSocket(type).bind(0, address)];
    await Promise.all([once(from, 'listening'), once(to, 'listening')]);
    from.send('x', to.address().port, address);
    const [, told] = (await once(to, 'message')) as [Buffer, RemoteInfo];

    const peers = new NamedPeers();
    const named = peers.of(told);

    expect(named).toMatchObject({ address: told.address, port: told.port });
    expect(peers.at(asReceived(named?.name ?? Buffer.alloc(0)), 5)).toEqual(named);
    from.close();
    to.close();
  });

  it('of another family is nobody', () => {
    expect(new NamedPeers().at(Buffer.alloc(28, 1), 0)).toBeUndefined();
  });
});

describe('senders without end', () => {
  it('do not fill the memory: all are forgotten when there are too many', () => {
    const peers = new NamedPeers(4);
    const name = (each: number) => asReceived(encodeSocketAddress({ address: '192.0.2.1', port: each }) as Buffer);
    const first = peers.at(name(1), 5);

    expect(peers.at(name(1), 5)).toBe(first);
    for (let each = 2; each < 10; each += 1) peers.at(name(each), 5);

    expect(peers.at(name(1), 5)).toEqual(first);
    expect(peers.at(name(1), 5)).not.toBe(first);
  });
});
