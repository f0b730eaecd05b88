import { randomFillSync } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { Engine } from '../../src/daemon/engine.ts';
import type { Model } from '../../src/model/model.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { finishReply, replyWriter, startReply } from '../../src/radius/packet/reply.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { packet, t0 } from '../support/accounting-event.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { servicePlan, subscriptionOf } from '../support/model-parts.ts';
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

describe('a device that is online at a hotspot', () => {
  async function online(folder: string) {
    const engine = await Engine.open({
      stateDir: folder,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      fillRandom: (octets) => void randomFillSync(octets),
    });
    const stop = () => engine.accounting.record(packet('stop', 60, session));
    const nas = await startNas((code) => void (code === 40 ? stop() : undefined));
    engine.targets(networkAt(nas.port, {}));
    await reconciled(engine, networkAt(nas.port, {}));
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
});
