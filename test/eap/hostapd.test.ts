import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/accounting/event.ts';
import { login } from '../radius/support.ts';
import { canLayWire } from '../support/wire.ts';
import { HostapdLab, hasHostapd } from './hostapd-lab.ts';
import { ca } from './support.ts';

if (!hasHostapd) process.stderr.write('hostapd tests skipped: install Debian packages hostapd, wpasupplicant\n');

/** Subscribers are plugged in by a wire. */
const hasWire = hasHostapd && (await canLayWire());
if (hasHostapd && !hasWire) {
  const needed = 'Debian package iproute2, and CAP_NET_ADMIN or a user namespace';
  process.stderr.write(`hostapd tests at a wire skipped: no wire can be laid here, one needs ${needed}\n`);
}

/** Not sold for wireless: hostapd must say that its port is none. */
const anna = login('anna', { access: ['pppoe'] });
const suspended: typeof anna = { ...anna, state: 'suspended' };
const peap = {
  eap: 'PEAP',
  identity: '"anna"',
  anonymous_identity: '"anonymous"',
  password: '"correct horse"',
  ca_cert: '"DIR/ca.pem"',
};
const device = ca.issue({ commonName: 'anna' });
const files = { 'device.pem': device.certificate, 'device.key': device.key };
const tls = {
  eap: 'TLS',
  identity: '"anonymous"',
  ca_cert: '"DIR/ca.pem"',
  client_cert: '"DIR/device.pem"',
  private_key: '"DIR/device.key"',
};

describe.runIf(hasHostapd)('hostapd as a switch, be there a wire or none', () => {
  it('IW-10: tells that it starts, and that it ends (Accounting-On, Accounting-Off)', async ({ signal }) => {
    await using lab = await HostapdLab.start([], { signal });
    const hostapd = await lab.hostapd();

    await lab.told.first('on');
    await hostapd.terminate();
    await lab.told.first('off');

    expect(lab.told.events).toMatchObject([
      { status: 'on', nas: 'core-1', nasIdentifier: 'core-1' },
      { status: 'off', nas: 'core-1', nasIdentifier: 'core-1' },
    ]);
  });
});

describe.runIf(hasWire).concurrent('hostapd as the switch that subscribers are plugged into', () => {
  it('IW-16: lets in by PEAP, accounts, ends the session when we say so, and asks about the next', async ({
    signal,
  }) => {
    await using lab = await HostapdLab.start([anna], { signal });
    const hostapd = await lab.hostapd({ radius_acct_interim_interval: '1' });

    const subscriber = await lab.supplicant(peap);
    await subscriber.says('CTRL-EVENT-EAP-SUCCESS');
    await lab.told.first('interim');
    lab.bench.directory.logins.set('anna', suspended);
    await using control = await lab.control();
    const told = await control.disconnect(openSession(lab), signal);
    await hostapd.says('AP-STA-DISCONNECTED');
    await subscriber.terminate();
    const again = await lab.supplicant(peap);
    await again.says('CTRL-EVENT-EAP-FAILURE');

    expect(told).toEqual({ result: 'disconnected', detail: 'Disconnect-ACK, Stop received' });
    expect(lab.accounting.openOf('anna')).toEqual([]);
    expect(lab.bench.decisions.of('anna')).toMatchObject([
      { verdict: 'accept', method: 'peap-mschapv2' },
      { verdict: 'reject', reason: 'suspended' },
    ]);
    const [session] = await lab.accounting.history('anna', 1);
    // At a wire it counts no octets, and it does not say why it ended.
    expect(session).toMatchObject({ nasIdentifier: 'core-1', endedBy: 'stop', upOctets: 0n, downOctets: 0n });
    expect(session?.sessionSeconds).toBeGreaterThanOrEqual(1);
  });

  it('IW-19: takes no CoA, so that another speed is had by a new session', async ({ signal }) => {
    await using lab = await HostapdLab.start([anna], { signal });
    await lab.hostapd();

    await lab.supplicant(peap);
    await lab.told.first('start');
    await using control = await lab.control();
    const { sessionId } = openSession(lab);
    const effect = { username: 'anna', action: 'change', why: 'another service', sessionIds: [sessionId] } as const;
    const [told] = await control.settle(effect, anna, signal);

    expect(told).toMatchObject({
      result: 'disconnected',
      detail: 'CoA-NAK Unsupported-Attribute; Disconnect-ACK, Stop received',
    });
  });

  it('IW-07: lets in by EAP-TLS, and ends the session at its Session-Timeout', async ({ signal }) => {
    const short = { ...anna, limits: { ...anna.limits, sessionTimeoutSeconds: 2 } };
    await using lab = await HostapdLab.start([short], { signal, files });
    await lab.hostapd();

    await lab.supplicant(tls);
    await lab.told.first('stop');

    expect(lab.bench.decisions.of('anna')).toMatchObject([
      { verdict: 'accept', method: 'eap-tls', sessionTimeoutSeconds: 2 },
    ]);
    const history = await lab.accounting.history('anna', 2);
    expect(history).toMatchObject([{ terminateCause: 'Session-Timeout' }]);
    // It counts whole seconds, and may be in the middle of one when it begins.
    expect(history[0]?.sessionSeconds).toBeGreaterThanOrEqual(1);
  });

  it('asks again while a session runs, which goes on until the account is suspended', async ({ signal }) => {
    await using lab = await HostapdLab.start([anna], { signal });
    const hostapd = await lab.hostapd({ eap_reauth_period: '1' });

    const subscriber = await lab.supplicant(peap);
    await subscriber.says('CTRL-EVENT-EAP-SUCCESS', 2);
    lab.bench.directory.logins.set('anna', suspended);
    await hostapd.says('AP-STA-DISCONNECTED');
    // By itself it would send the Stop in five seconds.
    await hostapd.terminate();
    await lab.told.first('off');

    expect(lab.told.events.map(({ status }) => status)).toEqual(['on', 'start', 'stop', 'off']);
    expect(lab.bench.decisions.of('anna')).toMatchObject([
      { verdict: 'accept' },
      { verdict: 'accept' },
      { verdict: 'reject', reason: 'suspended' },
    ]);
  });

  it('lets nobody in with a wrong password', async ({ signal }) => {
    await using lab = await HostapdLab.start([anna], { signal });
    const hostapd = await lab.hostapd();

    const subscriber = await lab.supplicant({ ...peap, password: '"wrong"' });
    await subscriber.says('CTRL-EVENT-EAP-FAILURE');

    expect(lab.bench.decisions.of('anna')).toMatchObject([{ verdict: 'reject', reason: 'wrong-password' }]);
    expect(hostapd.lines.filter((line) => line.includes('AP-STA-CONNECTED'))).toEqual([]);
  });
});

function openSession(lab: HostapdLab): Session {
  const [session] = lab.accounting.openOf('anna');
  if (session === undefined) throw new Error('no session is open');
  return session;
}
