import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import koffi from 'koffi';
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

const setsockopt = koffi.load(null).func('int setsockopt(int, int, int, const char *, uint32_t)');
/** Of Linux (socket(7)). */
const [solSocket, soBindToDevice] = [1, 25];

/**
 * A socket that somebody else holds, as systemd does: open all the time, never read here, and bound to a device
 * (`BindToDevice=`), as those of a VRF are.
 */
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
  expect(setsockopt(_handle.fd, solSocket, soBindToDevice, 'lo', 3)).toBe(0);
  return { fd: _handle.fd, port: socket.address().port, [Symbol.dispose]: () => void socket.close() };
}

/** A NAS that never sends twice. */
function nasAt(port: number) {
  const retry = { initialMs: 120_000, mostMs: 120_000, sends: 1 };
  const server = { host: '127.0.0.1', port };
  return { server, secret: new Secret(sharedSecret), clock: systemClock, random: randomFillSync, retry };
}

const anna = { username: 'anna', password: new Secret('correct horse'), method: 'pap' } as const;

describe('a planned restart with sockets that are handed over', () => {
  it('IW-02, IW-03: leaves no request without its answer, though each is sent once; its sockets are bound to a device', async () => {
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
    // What nobody reads yet waits in the kernel, which has room for some two hundred.
    const waiting = new Set<Promise<unknown>>();
    const ask = (asked: Promise<RadiusClientResult>): void => {
      results.push(asked);
      const answered = asked.finally(() => waiting.delete(answered));
      waiting.add(answered);
    };
    const load = (async () => {
      for (let at = 0; !over; at += 1) {
        const username = at % 10 === 0 ? `nobody-${at}` : 'anna';
        while (waiting.size > 50) await Promise.race(waiting);
        ask(radiusLogin(nasAt(auth.port), { ...anna, username }));
        await systemClock.sleep(20);
        if (at % 5 !== 0) continue;
        const attributes = [
          { name: 'Acct-Status-Type', value: 'Start' },
          { name: 'Acct-Session-Id', value: `s${at}` },
          { name: 'User-Name', value: 'anna' },
        ];
        ask(radiusAccounting(nasAt(accounting.port), attributes));
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
  });
});
