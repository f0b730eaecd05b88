import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/accounting/event.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Nas } from '../../src/directory/reader.ts';
import { CoaClient, type CoaClientOptions } from '../../src/radius/coa/coa-client.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { PeerProcess } from '../support/peer-process.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { coreNas, secretText, testLog } from './support.ts';

const session: Session = {
  key: 'ap-1/5F3C0001',
  nas: 'ap-1',
  sessionId: '5f3c0001',
  sentSessionId: '5F3C0001',
  username: 'anna',
  startedAt: 0,
  updatedAt: 0,
  sessionSeconds: 0,
  upOctets: 0n,
  downOctets: 0n,
  framedIpAddress: '192.0.2.10',
  callingStationId: '02-00-00-00-00-01',
  nasIdentifier: 'ap-1',
};

interface Lab extends AsyncDisposable {
  readonly nas: Nas;
  readonly peer: PeerProcess;
}

function nasAt(port: number, profile: Nas['profile'] = 'generic'): Nas {
  const { router: _router, ...rest } = coreNas;
  return { ...rest, name: 'ap-1', nasIdentifier: 'ap-1', profile, coaPort: port };
}

/** hostapd without a radio: no station is ever there, but its server for dynamic authorization is. */
async function hostapd(more: readonly string[]): Promise<Lab> {
  const folder = await TempFolder.make();
  const [port, auth] = [await freeUdpPort('0.0.0.0'), await freeUdpPort('127.0.0.1')];
  const file = join(folder.path, 'hostapd.conf');
  const lines = [
    ...['interface=lo', 'driver=none', 'ieee8021x=1', 'own_ip_addr=127.0.0.1', 'nas_identifier=ap-1'],
    ...['auth_server_addr=127.0.0.1', `auth_server_port=${auth}`, `auth_server_shared_secret=${secretText}`],
    ...[`radius_das_port=${port}`, `radius_das_client=127.0.0.1 ${secretText}`, ...more],
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const peer = new PeerProcess('/usr/sbin/hostapd', ['-d', file]);
  await peer.says('AP-ENABLED');
  return { nas: nasAt(port), peer, [Symbol.asyncDispose]: () => ended(peer, folder) };
}

async function ended(peer: PeerProcess, folder: TempFolder): Promise<void> {
  await peer[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
}

/** Asked once, an answer is waited for as long as it takes. */
const patient = { initialMs: 120_000, mostMs: 120_000, sends: 1 };
const quick = { initialMs: 300, mostMs: 300, sends: 2 };

function clientOf(more: Partial<CoaClientOptions> = {}): Promise<CoaClient> {
  return CoaClient.start({
    ...{ bindAddress: '127.0.0.1', clock: systemClock, log: testLog() },
    random: (octets) => void randomFillSync(octets),
    ...{ retry: patient, retryWithoutTimestamp: patient },
    ...more,
  });
}

const hasHostapd = existsSync('/usr/sbin/hostapd');

describe.skipIf(!hasHostapd)('hostapd, which takes Disconnect-Requests (else: apt-get install hostapd)', () => {
  const strict = ['radius_das_require_event_timestamp=1', 'radius_das_require_message_authenticator=1'];

  it('IW-17: believes ours with Message-Authenticator and Event-Timestamp, and is asked with the keys it knows', async () => {
    await using lab = await hostapd(strict);
    await using client = await clientOf();

    const answer = await client.disconnect(lab.nas, session, () => true);

    // It knows no Framed-IP-Address; with what it knows, it knows nobody.
    expect(answer).toEqual({ result: 'nak', errorCause: 'Session-Context-Not-Found', gone: true });
    expect(lab.peer.lines.join('\n')).toContain('Unsupported attribute');
  });

  it('says nothing to another secret', async () => {
    await using lab = await hostapd(strict);
    await using client = await clientOf({ retry: quick, retryWithoutTimestamp: quick });

    const answer = await client.disconnect({ ...lab.nas, secret: new Secret('another one') }, session);

    expect(answer).toEqual({ result: 'timeout' });
  });

  it('says nothing where our clocks differ by ten minutes, is asked without Event-Timestamp, and is told about', async () => {
    await using lab = await hostapd([]);
    let refusals = 0;
    const ahead: Clock = {
      now: () => systemClock.now() + 600_000,
      monotonic: () => systemClock.monotonic(),
      // Waited for in vain is what it says it has dropped.
      async sleep(_, signal = new AbortController().signal) {
        await Promise.race([lab.peer.says('Unacceptable Event-Timestamp', refusals + 1), once(signal, 'abort')]);
        signal.throwIfAborted();
        refusals += 1;
      },
    };
    const log = testLog();
    // One request at a time: what it dropped is what was waited for.
    await using client = await clientOf({ clock: ahead, log, retry: quick, inFlight: 1 });

    const first = await client.disconnect(lab.nas, session, () => true);
    await expect.poll(() => client.wrongClocks()).toEqual(['ap-1']);
    const learnt = refusals;
    const second = await client.disconnect(lab.nas, session, () => true);

    expect([first, second]).toMatchObject([{ gone: true }, { gone: true }]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    // What was learnt is not learnt anew.
    expect(refusals).toBe(learnt);
  });
});

const pythonServer = `
import io, json, socket, sys
from pyrad import dictionary, packet
secret = sys.argv[1].encode()
names = dictionary.Dictionary(io.StringIO("""
ATTRIBUTE User-Name 1 string
ATTRIBUTE Framed-IP-Address 8 ipaddr
ATTRIBUTE Session-Timeout 27 integer
ATTRIBUTE Calling-Station-Id 31 string
ATTRIBUTE NAS-Identifier 32 string
ATTRIBUTE Acct-Session-Id 44 string
ATTRIBUTE Event-Timestamp 55 date
ATTRIBUTE Message-Authenticator 80 octets
ATTRIBUTE Error-Cause 101 integer
VENDOR Mikrotik 14988
BEGIN-VENDOR Mikrotik
ATTRIBUTE Mikrotik-Rate-Limit 8 string
END-VENDOR Mikrotik
"""))
door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.bind(("127.0.0.1", 0))
print("port", door.getsockname()[1], flush=True)
while True:
    data, source = door.recvfrom(4096)
    asked = packet.CoAPacket(packet=data, secret=secret, dict=names)
    print("asked", json.dumps({
        "code": asked.code,
        "genuine": bool(asked.VerifyCoARequest()),
        "user": asked["User-Name"],
        "rate": asked["Mikrotik-Rate-Limit"] if "Mikrotik-Rate-Limit" in asked else [],
    }), flush=True)
    reply = asked.CreateReply()
    reply.code = asked.code + 1
    door.sendto(reply.ReplyPacket(), source)
`;

const hasPyrad = existsSync('/usr/lib/python3/dist-packages/pyrad');

describe.skipIf(!hasPyrad)('pyrad as the side that takes CoA (else: apt-get install python3-pyrad)', () => {
  it('IW-19: finds our requests genuine and reads them, and its answers are believed', async () => {
    await using peer = new PeerProcess('/usr/bin/python3', ['-c', pythonServer, secretText]);
    const port = Number((await peer.says('port ')).slice(5));
    await using client = await clientOf();
    const nas = nasAt(port, 'mikrotik');

    const changed = await client.changeOfAuthorization(nas, session, [
      { name: 'Mikrotik-Rate-Limit', value: '5M/20M' },
      { name: 'Session-Timeout', value: 60 },
    ]);
    const ended = await client.disconnect(nas, session);

    await peer.says('"code": 40');
    const asked = peer.lines.filter((line) => line.startsWith('asked ')).map((line) => JSON.parse(line.slice(6)));
    expect([changed, ended]).toEqual([{ result: 'ack' }, { result: 'ack' }]);
    expect(asked).toEqual([
      { code: 43, genuine: true, user: ['anna'], rate: ['5M/20M'] },
      { code: 40, genuine: true, user: ['anna'], rate: [] },
    ]);
  });
});
