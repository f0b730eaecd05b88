import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { encodeSentence } from '../../src/routeros/wire/sentence.ts';
import { freeTcpPort } from '../support/free-ports.ts';
import { RawClient, startRouter, turn } from './support.ts';

async function dialTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

const anonymous = { ciphers: 'ADH-AES256-GCM-SHA384:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const;

async function dial(host: string, port: number): Promise<Socket> {
  const socket = connectTcp({ host, port });
  await once(socket, 'connect');
  return socket;
}

describe('the API over TLS', () => {
  it('speaks anonymous TLS 1.2 without a certificate, and nothing else', async () => {
    await using lab = await startRouter({ apiSslPort: 0 });
    const socket = await dialTls(lab.router.apiSslPort, anonymous);
    expect(socket.getCipher().name).toBe('ADH-AES256-GCM-SHA384');
    expect(socket.getPeerX509Certificate()).toBeUndefined();

    socket.write(encodeSentence(['/login', '=name=admin', '=password=']));
    const [reply] = (await once(socket, 'data')) as [Buffer];

    expect(reply).toEqual(encodeSentence(['!done']));
    socket.destroy();
    await expect(dialTls(lab.router.apiSslPort)).rejects.toThrow();
  });

  it('shows the certificate that is set, at once, without cutting who is there', async () => {
    await using lab = await startRouter({ apiSslPort: 0, certificates: [{ name: 'api', commonName: 'core-1' }] });
    const before = await dialTls(lab.router.apiSslPort, anonymous);
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/ip/service/set', '=numbers=api-ssl', '=certificate=api')).toBeUndefined();
    const after = await dialTls(lab.router.apiSslPort);

    expect(after.getPeerX509Certificate()?.subject).toBe('CN=core-1');
    before.write(encodeSentence(['/login', '=name=admin', '=password=']));
    expect((await once(before, 'data'))[0]).toEqual(encodeSentence(['!done']));
    for (const socket of [before, after]) socket.destroy();
  });
});

describe('/ip/service', () => {
  it('shows the port that is served, and moves it for new connections', async () => {
    await using lab = await startRouter();
    const [old, port] = [lab.router.apiPort, await freeTcpPort()];
    using client = await RawClient.login(old);
    expect(lab.router.row('/ip/service', 'api')?.['port']).toBe(String(old));

    await client.talk('/ip/service/set', '=numbers=api', `=port=${port}`);

    expect(lab.router.apiPort).toBe(port);
    await expect(dial('127.0.0.1', old)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    using next = await RawClient.login(port);
    expect(await next.rows('/system/identity/print')).toHaveLength(1);
    expect(await client.rows('/system/identity/print')).toHaveLength(1);
  });

  it('is not there when it is switched off; who is in stays', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    await client.talk('/ip/service/disable', '=numbers=api');

    await expect(dial('127.0.0.1', lab.router.apiPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await client.talk('/ip/service/enable', '=numbers=api');
    using _next = await RawClient.login(lab.router.apiPort);
  });

  it('has live connections among its rows since 7.18, and users among those who are in', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    const live = await client.rows('/ip/service/print', '?connection=true');

    expect(live).toEqual([
      {
        '.id': expect.any(String),
        name: 'api',
        port: String(lab.router.apiPort),
        proto: 'tcp',
        local: '127.0.0.1',
        remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        connection: 'true',
        dynamic: 'true',
        invalid: 'false',
      },
    ]);
    await using old = await startRouter({ version: '7.17' });
    using early = await RawClient.login(old.router.apiPort);
    expect(await early.rows('/ip/service/print', '?dynamic=true')).toEqual([]);
  });

  it('closes connections from elsewhere, and users are held to their own addresses', async () => {
    await using lab = await startRouter();
    lab.router.set('/user', 'admin', { address: '10.0.0.0/8' });
    using stranger = await RawClient.connect(lab.router.apiPort);
    expect(await stranger.trap('/login', '=name=admin', '=password=')).toBe('invalid user name or password (6)');

    lab.router.set('/ip/service', 'api', { address: '10.0.0.0/8' });

    using refused = await RawClient.connect(lab.router.apiPort);
    await refused.closed;
  });

  it('keeps the rights of who is in when his group changes, until he logs in again', async () => {
    await using lab = await startRouter({ users: [{ name: 'ops', password: '', policies: ['api', 'read', 'write'] }] });
    using client = await RawClient.login(lab.router.apiPort, 'ops');

    lab.router.set('/user/group', 'ops-group', { policy: '!write' });

    expect(await client.trap('/ppp/secret/add', '=name=a')).toBeUndefined();
    using next = await RawClient.login(lab.router.apiPort, 'ops');
    expect(await next.trap('/ppp/secret/add', '=name=b')).toBe('not enough permissions (9)');
  });
});

describe('a router with addresses of its own', () => {
  const addresses = ['127.0.7.2/8', '127.0.7.3/8'];

  it('is reached at each, and not any more where a row goes; the answer still comes', async () => {
    await using lab = await startRouter({ addresses });
    const { apiPort } = lab.router;
    using client = await RawClient.login(apiPort, 'admin', '', '127.0.7.2');
    using other = await RawClient.login(apiPort, 'admin', '', '127.0.7.3');
    const [row] = await client.rows('/ip/address/print', '?address=127.0.7.2/8');

    expect(await client.trap('/ip/address/set', `=.id=${row?.['.id']}`, '=address=127.0.7.4/8')).toBeUndefined();

    await client.closed;
    await expect(dial('127.0.7.2', apiPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await other.rows('/system/identity/print')).toHaveLength(1);
    using moved = await RawClient.login(apiPort, 'admin', '', '127.0.7.4');
    expect(await moved.rows('/ip/address/print')).toHaveLength(2);
  });

  it('comes back when a scheduler on it takes the change back', async () => {
    await using lab = await startRouter({ addresses: ['127.0.7.5/8'] });
    const { apiPort } = lab.router;
    using client = await RawClient.login(apiPort, 'admin', '', '127.0.7.5');
    await client.talk(
      '/system/scheduler/add',
      '=name=lastmile-confirm',
      '=interval=5m',
      '=on-event=:do {/ip address set [find address="127.0.7.6/8"] address=127.0.7.5/8} on-error={}\n/system scheduler remove [find name="lastmile-confirm"]',
    );
    await client.talk('/ip/address/set', '=.id=*1', '=address=127.0.7.6/8');
    await client.closed;

    await lab.clock.advance(300_000);
    await lab.router.settled();

    using back = await RawClient.login(apiPort, 'admin', '', '127.0.7.5');
    expect(await back.rows('/system/scheduler/print')).toEqual([]);
  });
});

describe('input rules of the firewall', () => {
  it('keep new connections silent, and those there too unless they are let through', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    lab.router.add('/ip/firewall/filter', { chain: 'input', 'connection-state': 'established', action: 'accept' });
    const drop = { chain: 'input', action: 'drop', protocol: 'tcp', 'dst-port': String(lab.router.apiPort) };
    const id = lab.router.add('/ip/firewall/filter', drop);
    expect(await client.rows('/system/identity/print')).toHaveLength(1);

    using late = await RawClient.connect(lab.router.apiPort);
    late.send('/login', '=name=admin', '=password=');
    await client.talk('/system/identity/print');
    await turn();
    expect(late.received).toEqual([]);
    await client.talk('/ip/firewall/filter/disable', `=.id=${id}`);

    // As TCP repeats what nobody took.
    expect(await late.next()).toMatchObject({ word: '!done' });
  });

  it('reject by a reset, and match by address list, port range and interface list', async () => {
    await using lab = await startRouter({ addresses: ['127.0.7.8/8'] });
    lab.router.add('/interface/list', { name: 'WAN' });
    lab.router.add('/interface/list/member', { list: 'WAN', interface: 'ether1' });
    lab.router.add('/ip/firewall/address-list', { list: 'ops', address: '10.0.0.0/8' });
    lab.router.add('/ip/firewall/filter', {
      ...{ chain: 'input', action: 'reject', 'reject-with': 'tcp-reset', protocol: 'tcp', 'dst-port': '1-65535' },
      ...{ 'src-address-list': '!ops', 'in-interface-list': 'WAN' },
    });

    const socket = connectTcp({ host: '127.0.7.8', port: lab.router.apiPort });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];

    expect(error.code).toBe('ECONNRESET');
  });
});

describe('rules for what comes after the first packet, and for answers', () => {
  it.each([
    ['/ip/firewall/filter', { chain: 'input', 'connection-state': 'established,related' }],
    ['/ip/firewall/filter', { chain: 'output' }],
    ['/ip/firewall/filter', { chain: 'output', 'dst-address': '127.0.0.0/8', 'out-interface': '!ether2' }],
    ['/ip/firewall/raw', { chain: 'output', protocol: 'tcp' }],
  ])('keep who is in from being served, and who comes: %s %j', async (menu, rule) => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    const heard = client.received.length;
    const id = lab.router.add(menu, { ...rule, action: 'drop' });
    using late = await RawClient.connect(lab.router.apiPort);
    for (const each of [client, late]) each.send('/login', '=name=admin', '=password=');
    await turn();
    await turn();
    expect([client.received.length, late.received.length]).toEqual([heard, 0]);
    lab.router.set(menu, id, { disabled: 'true' });

    // As TCP repeats what nobody took.
    for (const each of [client, late]) expect(await each.next()).toMatchObject({ word: '!done' });
  });

  it('let answers by, where they are of another port, or for somebody else', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    lab.router.add('/ip/firewall/filter', { chain: 'output', action: 'drop', protocol: 'tcp', 'src-port': '1' });
    lab.router.add('/ip/firewall/raw', { chain: 'output', action: 'drop', 'dst-address': '10.0.0.0/8' });

    expect(await client.rows('/system/identity/print')).toHaveLength(1);
  });
});

describe('a router that is taken away', () => {
  it.each(['a client', 'a client whom a rule has dropped since', 'a client who is new, and dropped'])(
    'leaves nothing listening behind it with %s',
    async (who) => {
      const lab = await startRouter();
      const port = lab.router.apiPort;
      const rule = { chain: 'input', action: 'drop', protocol: 'tcp', 'dst-port': String(port) };
      if (who.includes('new')) lab.router.add('/ip/firewall/filter', rule);
      using client = await RawClient.connect(port);
      if (!who.includes('new')) await client.talk('/login', '=name=admin', '=password=');
      if (who.includes('since')) lab.router.add('/ip/firewall/filter', rule);
      client.send('/system/identity/print');

      await lab[Symbol.asyncDispose]();
      await client.closed;
      await turn();

      await expect(dial('127.0.0.1', port)).rejects.toThrow('ECONNREFUSED');
    },
  );

  it('ends those who have not said a word of TLS', async () => {
    const lab = await startRouter({ apiSslPort: 0 });
    const socket = await dial('127.0.0.1', lab.router.apiSslPort);
    const closed = once(socket.on('error', () => undefined).resume(), 'close');

    await lab[Symbol.asyncDispose]();

    await closed;
  });
});
