import { randomFillSync } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { guestUsername } from '../../src/access/portal-password.ts';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { Engine } from '../../src/daemon/engine.ts';
import type { PortalSite } from '../../src/model/kinds/portal-site.ts';
import type { AccessKind } from '../../src/model/kinds/service.ts';
import type { Model } from '../../src/model/model.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { finishReply, replyWriter, startReply } from '../../src/radius/packet/reply.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { packet, t0 } from '../support/accounting-event.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { portalSite, servicePlan, subscriptionOf } from '../support/model-parts.ts';
import { TempFolder } from '../support/temp-folder.ts';

const secret = 'a shared secret of thirty-two ch';
const phone = '00:0C:42:00:D4:64';
const session = {
  username: '000c42-00d464',
  sessionId: '80100014',
  framedIpAddress: '10.41.41.9',
  callingStationId: phone,
};

/** A hotspot's router that acknowledges every Disconnect and CoA, and says what it was asked. */
async function startNas(onRequest: (code: number | undefined) => void) {
  const socket = createSocket('udp4');
  const asked: string[][] = [];
  socket.on('message', (request: Buffer, from: RemoteInfo) => {
    asked.push(describeAttributes(request, 20, request.length).map(({ name, value }) => `${name}=${value}`));
    const writer = replyWriter();
    startReply(writer, (request[0] as number) + 1, request);
    socket.send(finishReply(writer, sharedKey(secret)) ?? '', from.port, from.address);
    onRequest(request[0]);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    asked,
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function networkAt(coaPort: number, more: Parameters<typeof subscriptionOf>[1]): Model {
  const router = document('Router', 'core-1', `address: 127.0.0.1\nradius: {secret: "${secret}", coaPort: ${coaPort}}`);
  const model = modelOf({ 'network.yaml': [operator.replace('192.0.2.1', '127.0.0.1'), router].join('---\n') });
  return { ...model, subscriptions: [subscriptionOf('anna', { macs: [phone], ...more })] };
}

async function reconciled({ directoryTarget, inventory }: Engine, model: Model) {
  const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };
  const outcome = await reconcileOnce(directoryTarget, model, {
    inventory,
    guard,
    signal: new AbortController().signal,
  });
  return { plan: outcome.plan, told: await outcome.sessions };
}

/** Somebody online at a hotspot, in the network that `network` says. */
async function onlineAt(folder: string, session: Partial<AccountingEvent>, network: (coaPort: number) => Model) {
  const engine = await Engine.open({
    stateDir: folder,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    fillRandom: (octets) => void randomFillSync(octets),
  });
  const stop = () => engine.accounting.record(packet('stop', 60, session));
  const nas = await startNas((code) => void (code === 40 ? stop() : undefined));
  engine.targets(network(nas.port));
  await reconciled(engine, network(nas.port));
  await engine.accounting.record(packet('start', 0, session));
  return {
    engine,
    nas,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await nas[Symbol.asyncDispose]();
    },
  };
}

describe('a device that is online at a hotspot', () => {
  const online = (folder: string, more: Parameters<typeof subscriptionOf>[1] = {}) => {
    return onlineAt(folder, session, (port) => networkAt(port, more));
  };

  it('IW-18: is put off by a suspension, named by all its NAS has told and as it told it, and seen to be gone', async () => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path);

    const { plan, told } = await reconciled(
      lab.engine,
      networkAt(lab.nas.port, { state: 'suspended', reason: 'unpaid' }),
    );

    expect(plan.sessions).toMatchObject([{ action: 'disconnect', username: phone, sessionIds: ['80100014'] }]);
    expect(told).toMatchObject([{ result: 'disconnected', detail: 'Disconnect-ACK, Stop received' }]);
    expect(lab.nas.asked).toHaveLength(1);
    expect(lab.nas.asked[0]).toEqual(
      expect.arrayContaining([
        'User-Name=000c42-00d464',
        'Acct-Session-Id=80100014',
        'Framed-IP-Address=10.41.41.9',
        `Calling-Station-Id=${phone}`,
      ]),
    );
    expect([...lab.engine.accounting.open()]).toEqual([]);
  });

  it('has another speed by CoA when its service has', async () => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path);
    const faster = servicePlan({ rate: { down: 40_000_000, up: 10_000_000 } });

    const { told } = await reconciled(lab.engine, networkAt(lab.nas.port, { service: faster }));

    expect(told).toMatchObject([{ result: 'changed', detail: 'CoA-ACK' }]);
    expect(lab.nas.asked[0]).toContain('Mikrotik-Rate-Limit=10M/40M');
    expect([...lab.engine.accounting.open()]).toMatchObject([{ username: '000c42-00d464', startedAt: t0 }]);
  });

  it('is put off when it is another subscriber’s device, and left alone when its own has a new name', async () => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path);

    const renamed = await reconciled(
      lab.engine,
      networkAt(lab.nas.port, { subscriber: 'anna-w', firstName: 'anna', id: 'anna-w' }),
    );
    const passedOn = await reconciled(lab.engine, networkAt(lab.nas.port, { subscriber: 'ben', id: 'ben' }));

    expect(renamed.plan.changes).toMatchObject([{ menu: 'device', set: { subscriber: 'anna-w' } }]);
    expect(renamed.plan.sessions).toEqual([]);
    expect(passedOn.plan.sessions).toMatchObject([{ action: 'disconnect', why: 'device of ben now' }]);
    expect(passedOn.told).toMatchObject([{ result: 'disconnected' }]);
  });

  it('is put off when its service is no longer sold for hotspots, and not for another way that it did not come', async () => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path, { service: servicePlan({ access: ['hotspot', 'dhcp', 'pppoe'] }) });
    const soldFor = (...access: AccessKind[]) => networkAt(lab.nas.port, { service: servicePlan({ access }) });

    const hotspotToo = await reconciled(lab.engine, soldFor('hotspot', 'dhcp'));
    const dhcpOnly = await reconciled(lab.engine, soldFor('dhcp'));

    expect([hotspotToo.plan.sessions, hotspotToo.told]).toEqual([[], []]);
    expect(dhcpOnly.plan.sessions).toMatchObject([{ action: 'disconnect', why: 'not sold for hotspot' }]);
    expect(dhcpOnly.told).toMatchObject([{ result: 'disconnected' }]);
  });
});

describe('a guest without an account who is online', () => {
  const guest = { ...session, username: guestUsername('cafe', phone) };
  const withSite = (port: number, ...sites: PortalSite[]) => ({ ...networkAt(port, {}), portalSites: sites });
  const free = servicePlan({ name: 'free' });
  const online = (folder: string) => {
    return onlineAt(folder, guest, (port) => withSite(port, portalSite('cafe', { clickThrough: free })));
  };

  it('IW-19: has another speed by CoA when the service of the site has, and the plan counts it', async () => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path);
    const faster = { ...free, rate: { down: 40_000_000, up: 10_000_000 } };

    const { plan, told } = await reconciled(
      lab.engine,
      withSite(lab.nas.port, portalSite('cafe', { clickThrough: faster })),
    );

    expect(plan.sessions).toMatchObject([{ action: 'change', username: guest.username, sessionIds: ['80100014'] }]);
    expect(told).toMatchObject([{ result: 'changed', detail: 'CoA-ACK' }]);
    expect(lab.nas.asked[0]).toEqual(
      expect.arrayContaining([`User-Name=${guest.username}`, 'Mikrotik-Rate-Limit=10M/40M']),
    );
  });

  it.each<[string, readonly PortalSite[]]>([
    ['the site takes nobody any more who only accepts the terms', [portalSite('cafe')]],
    ['the site is gone', []],
  ])('is put off when %s', async (_, sites) => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path);

    const { plan, told } = await reconciled(lab.engine, withSite(lab.nas.port, ...sites));

    expect(plan.sessions).toMatchObject([{ action: 'disconnect', username: guest.username }]);
    expect(told).toMatchObject([{ result: 'disconnected', detail: 'Disconnect-ACK, Stop received' }]);
    expect([...lab.engine.accounting.open()]).toEqual([]);
  });

  it('is left alone when the site has another key, or another site comes and ends', async () => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path);
    const cafe = portalSite('cafe', { clickThrough: free, key: new Secret('another key, thirty-two octets long') });

    const { plan } = await reconciled(lab.engine, withSite(lab.nas.port, cafe, portalSite('roof')));
    const { told } = await reconciled(lab.engine, withSite(lab.nas.port, cafe));

    expect([plan.sessions, told]).toEqual([[], []]);
  });

  it('is put off with the next record who was let in just before the site took nobody any more', async () => {
    await using folder = await TempFolder.make();
    await using lab = await online(folder.path);
    await lab.engine.accounting.record(packet('stop', 60, guest));
    await reconciled(lab.engine, withSite(lab.nas.port, portalSite('cafe')));
    const late = { username: guest.username, sessionId: '80100015' };

    expect(lab.engine.directoryTarget.unwanted(late)).toEqual({
      username: guest.username,
      action: 'disconnect',
      why: 'no guests without an account',
      sessionIds: ['80100015'],
    });
    expect(lab.engine.directoryTarget.unwanted({ ...late, username: guestUsername('roof', phone) })).toBeUndefined();
    expect(lab.engine.directoryTarget.unwanted({ ...late, username: 'nobody' })).toBeUndefined();
  });
});
