import { describe, expect, it } from 'vitest';
import { arrive, get, guestMac, offerHotspot, raw } from './guest.ts';
import { startRouter } from './support.ts';

const connections = '/ip/firewall/connection';

async function cafe(version?: string) {
  const lab = await startRouter(version === undefined ? {} : { version });
  offerHotspot(lab.router);
  const { gateway, address } = await arrive(lab.router);
  const open = (to: string) => raw(gateway, `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`);
  return { ...lab, gateway, address, open };
}

describe('a guest who is not let in and opens something outside the garden', () => {
  it('IS-05: leaves a connection that was turned to the hotspot, and the name it asked for', async () => {
    await using lab = await cafe();
    const { router, gateway, address } = lab;

    await lab.open('acs.bank.example:443');
    await get(gateway, 'http://news.example/today');

    expect(router.rows(connections)).toMatchObject([
      {
        protocol: 'tcp',
        'src-address': address,
        'dst-address': '198.18.0.1',
        'dst-port': '443',
        'reply-src-address': '10.5.50.1',
        'reply-src-port': '64875',
        'reply-dst-address': address,
        'tcp-state': 'close',
        timeout: '10s',
        dstnat: 'true',
      },
      { 'dst-address': '198.18.0.2', 'dst-port': '80', 'reply-src-port': '64874' },
    ]);
    for (const menu of ['/ip/dns/cache', '/ip/dns/cache/all']) {
      expect(router.rows(menu)).toMatchObject([
        { name: 'acs.bank.example', type: 'A', data: '198.18.0.1', ttl: '5m' },
        { name: 'news.example', type: 'A', data: '198.18.0.2', ttl: '5m' },
      ]);
    }
  });

  it('leaves them in the words of version 6 there', async () => {
    await using lab = await cafe('6.49.17');

    await lab.open('acs.bank.example:443');

    const [row] = lab.router.rows(connections);
    expect(row).toMatchObject({ 'dst-address': '198.18.0.1:443', 'reply-src-address': '10.5.50.1:64875' });
    expect(row).not.toHaveProperty('dst-port');
    expect(lab.router.rows('/ip/dns/cache')).toMatchObject([{ name: 'acs.bank.example', address: '198.18.0.1' }]);
    expect(lab.router.rows('/ip/dns/cache/all')).toMatchObject([{ type: 'A', data: '198.18.0.1' }]);
  });

  it('leaves them for as long as the router remembers', async () => {
    await using lab = await cafe();
    await lab.open('acs.bank.example:443');

    await lab.clock.advance(10_000);
    expect(lab.router.rows(connections)).toEqual([]);
    expect(lab.router.rows('/ip/dns/cache')).toMatchObject([{ ttl: '4m50s' }]);

    await lab.clock.advance(290_000);
    expect(lab.router.rows('/ip/dns/cache')).toEqual([]);
    await lab.open('acs.bank.example:443');
    expect(lab.router.rows(connections)).toMatchObject([{ timeout: '10s' }]);
    expect(lab.router.rows('/ip/dns/cache/all')).toHaveLength(1);
  });

  it('leaves connections for as long as tracking is told to', async () => {
    await using lab = await cafe();
    await lab.open('acs.bank.example:443');
    lab.router.set(`${connections}/tracking`, undefined, { 'tcp-close-timeout': '1m' });
    await lab.open('acs.bank.example:443');

    await lab.clock.advance(10_000);

    expect(lab.router.rows(connections)).toMatchObject([{ timeout: '50s' }]);
  });

  it('leaves no connection at a port that no rule of a hotspot turns', async () => {
    await using lab = await cafe();

    await lab.open('mail.example:993');

    expect(lab.router.rows(connections)).toEqual([]);
    expect(lab.router.rows('/ip/dns/cache')).toMatchObject([{ name: 'mail.example' }]);
  });

  it('leaves a thousand rows at most', async () => {
    await using lab = await cafe();

    const hosts = Array.from({ length: 59 }, (_, at) => `198.51.100.${at}:443`);
    for (let round = 0; round < 17; round += 1) await Promise.all(hosts.map((host) => lab.open(host)));

    expect(lab.router.rows(connections)).toHaveLength(1000);
    expect(lab.router.rows('/ip/dns/cache')).toEqual([]);
  });
});

describe('a guest who is let through', () => {
  it('IS-05: leaves names, and connections that go where they should while he is not let in', async () => {
    await using lab = await cafe();
    lab.router.add('/ip/hotspot/walled-garden/ip', { 'dst-host': 'pay.example' });
    await lab.open('pay.example:443');
    lab.router.add('/ip/hotspot/ip-binding', { 'mac-address': guestMac, type: 'bypassed' });
    await lab.open('news.example:443');

    expect(lab.router.rows(connections)).toMatchObject([
      { 'dst-address': '198.18.0.1', 'reply-src-address': '198.18.0.1', 'reply-src-port': '443', dstnat: 'false' },
    ]);
    expect(lab.router.rows('/ip/dns/cache').map(({ name }) => name)).toEqual(['pay.example', 'news.example']);
  });
});
