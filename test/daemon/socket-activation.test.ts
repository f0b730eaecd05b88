import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { type RadiusClientResult, radiusAccounting, radiusLogin } from '../../src/radius/client.ts';
import { DaemonProcess } from '../support/lastmile.ts';
import { TempFolder } from '../support/temp-folder.ts';

const sharedSecret = 'a shared secret of thirty-two ch';
const declared = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: demo}
spec:
  admin: {listen: '127.0.0.1:0'}
  radius:
    clients: [{name: bras, clientAddress: '127.0.0.1/32', profile: mikrotik, secret: ${sharedSecret}}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe]}
---
apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: anna}
spec: {service: home, username: anna, password: 'correct horse'}
`;

/** A socket that somebody else holds, as systemd does: open all the time, and never read here. */
interface HeldSocket extends Disposable {
  readonly fd: number;
  readonly port: number;
}

async function hold(): Promise<HeldSocket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  // Node has no other way to hold a socket without reading it.
  const { _handle } = socket as Socket & { readonly _handle: { readonly fd: number; recvStop(): void } };
  _handle.recvStop();
  return { fd: _handle.fd, port: socket.address().port, [Symbol.dispose]: () => void socket.close() };
}

/** A NAS that never sends twice. */
function nasAt(port: number) {
  const retry = { initialMs: 20_000, mostMs: 20_000, sends: 1 };
  const server = { host: '127.0.0.1', port };
  return { server, secret: new Secret(sharedSecret), clock: systemClock, random: randomFillSync, retry };
}

const anna = { username: 'anna', password: new Secret('correct horse'), method: 'pap' } as const;

describe('a planned restart with sockets that are handed over', () => {
  it('IW-02: leaves no request without its answer, though each is sent once', async () => {
    await using root = await TempFolder.make();
    await writeFile(join(root.path, 'all.yaml'), declared);
    using auth = await hold();
    using accounting = await hold();
    const args = [root.path, '--state', join(root.path, '.state')];
    const handed = ['--listen-auth', 'fd:3', '--listen-accounting', 'fd:4'];
    const start = () => DaemonProcess.start([...args, ...handed], { handed: [auth.fd, accounting.fd] });
    let daemon = await start();
    const { auth: printed } = await daemon.serving();
    await daemon.logged({ msg: 'plan applied', target: 'directory' });
    let over = false;
    const results: Promise<RadiusClientResult>[] = [];
    const load = (async () => {
      for (let at = 0; !over; at += 1) {
        const username = at % 10 === 0 ? `nobody-${at}` : 'anna';
        results.push(radiusLogin(nasAt(auth.port), { ...anna, username }));
        if (at % 5 !== 0) {
          await systemClock.sleep(20);
          continue;
        }
        const attributes = [
          { name: 'Acct-Status-Type', value: 'Start' },
          { name: 'Acct-Session-Id', value: `s${at}` },
          { name: 'User-Name', value: 'anna' },
        ];
        results.push(radiusAccounting(nasAt(accounting.port), attributes));
        await systemClock.sleep(20);
      }
    })();

    const codes: (number | null)[] = [];
    for (let restart = 0; restart < 2; restart += 1) {
      const last = radiusLogin(nasAt(auth.port), anna);
      results.push(last);
      await last;
      codes.push(await daemon.stop());
      daemon = await start();
      await daemon.serving();
    }
    over = true;
    await load;
    const answers = await Promise.all(results);
    await daemon.stop();

    expect(codes).toEqual([0, 0]);
    expect(printed).toBe(`127.0.0.1:${auth.port}`);
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter(({ result }) => result === 'silence').length).toBe(0);
  }, 90_000);
});
