import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Nas } from '../../src/directory/reader.ts';
import { CoaClient } from '../../src/radius/coa/coa-client.ts';
import { offerPppoe, RawClient, startRouter } from '../simulator/support.ts';
import { testAuthority } from '../support/certificates.ts';
import { type Bench, coreNas, login, startServer, testLog } from './support.ts';

/** RouterOS asks port 2083 and no other: an address of its own for this file. */
const address = '127.20.83.1';
const authority = testAuthority('lastmile test');
const ours = authority.issue({ commonName: 'radius.example', ip: address });
const theirs = authority.issue({ commonName: 'core-1', dns: 'core-1' });
const nas: Nas = { ...coreNas, radsec: {} };
const anna = { username: 'anna', password: 'correct horse', callerId: '02-00-5e-00-00-0a', method: 'mschap2' as const };

async function startRadsec(): Promise<Bench> {
  const tls = { certificate: new Secret(ours.certificate), key: new Secret(ours.key), clientCa: authority.certificate };
  const bench = await startServer([login('anna')], { radsec: { listen: [{ host: address, port: 2083 }], tls } });
  bench.directory.nasList = [nas];
  return bench;
}

/** A router with its certificate and that of the authority on it, which asks us by TLS. */
async function startRadsecRouter(files: Readonly<Record<string, string>>) {
  const lab = await startRouter({ users: [{ name: 'admin', password: '', group: 'full' }] });
  const { router } = lab;
  using client = await RawClient.login(router.apiPort);
  for (const [name, contents] of Object.entries(files)) {
    router.add('/file', { name: `${name}.pem`, contents });
    await client.talk('/certificate/import', `=file-name=${name}.pem`, `=name=${name}`, '=passphrase=');
  }
  offerPppoe(router);
  await client.talk('/ppp/aaa/set', '=use-radius=yes', '=accounting=yes');
  await client.talk('/radius/incoming/set', '=accept=yes');
  const server = { service: 'ppp', address, protocol: 'radsec', certificate: 'router', 'src-address': '127.0.0.1' };
  router.add('/radius', { ...server, secret: 'whatever is written here' });
  return lab;
}

describe('a router that asks by RadSec', () => {
  it('IW-26: logs subscribers in, accounts for them and is told by CoA, on one connection that it opened', async () => {
    await using bench = await startRadsec();
    await using lab = await startRadsecRouter({
      ca: authority.certificate,
      router: `${theirs.certificate}\n${theirs.key}`,
    });

    const dialled = await lab.router.dial(anna);
    await expect.poll(() => bench.sink.events.length).toBe(1);
    const client = await CoaClient.start({
      clock: systemClock,
      random: (octets) => void octets.fill(7),
      log: testLog(),
      tunnel: (to) => bench.server.tunnel(to),
    });
    const event = bench.sink.events[0];
    const told = await client.changeOfAuthorization(nas, { username: 'anna', sessionId: event?.sessionId ?? '' }, [
      { name: 'Mikrotik-Rate-Limit', value: '1M/2M' },
    ]);
    await client[Symbol.asyncDispose]();

    expect(dialled).toMatchObject({ ok: true, radius: true });
    expect(event).toMatchObject({ status: 'start', username: 'anna' });
    expect(told).toEqual({ result: 'ack' });
    expect(lab.router.row('/queue/simple', '<pppoe-anna>')).toMatchObject({ 'max-limit': '1000000/2000000' });
    expect(bench.server.tunnels()).toEqual(new Map([['core-1', 1]]));
  });

  it('opens another connection when the one it had is gone', async () => {
    await using first = await startRadsec();
    await using lab = await startRadsecRouter({
      ca: authority.certificate,
      router: `${theirs.certificate}\n${theirs.key}`,
    });
    expect(await lab.router.dial(anna)).toMatchObject({ ok: true });
    await first[Symbol.asyncDispose]();
    await expect.poll(() => JSON.stringify(lab.router.log())).toContain('is closed');

    await using _second = await startRadsec();

    expect(await lab.router.dial({ ...anna, callerId: '02-00-5e-00-00-0b' })).toMatchObject({ ok: true });
  });

  it('does not trust a server that no authority on it vouches for, and says so', async () => {
    await using _bench = await startRadsec();
    await using lab = await startRadsecRouter({ router: `${theirs.certificate}\n${theirs.key}` });

    const dialled = await lab.router.dial(anna);

    expect(dialled).toMatchObject({ ok: false });
    expect(lab.router.log().map(({ message }) => message)).toContainEqual(expect.stringContaining('RadSec'));
  });
});
