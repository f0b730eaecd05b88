import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { recentDecisions } from '../../../src/access/decision-log.ts';
import { Secret } from '../../../src/base/secret.ts';
import { PortalGateway } from '../../../src/daemon/logins/portal-gateway.ts';
import { Directory } from '../../../src/directory/directory.ts';
import type { PortalSettings } from '../../../src/model/kinds/operator.ts';
import type { Model } from '../../../src/model/model.ts';
import { type SelfSigned, selfSigned } from '../../../src/simulator/self-signed.ts';
import { modelOf, operator } from '../../support/manifest.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const declared = modelOf({ 'operator.yaml': operator });

describe('a portal whose certificate is renewed', () => {
  it('shows the new one from the next connection on', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    await using gateway = await opened(tlsOf(first));
    const before = await shownBy(gateway);

    gateway.use(withTls(tlsOf(second)));

    expect(before).toBe(first.fingerprint);
    expect(await shownBy(gateway)).toBe(second.fingerprint);
    expect(gateway.findings()).toEqual([]);
  });

  it('goes on with the one before, and says so, while the new one cannot be used', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    await using gateway = await opened(tlsOf(first));

    gateway.use(withTls({ ...tlsOf(second), key: new Secret('no key') }));
    const troubled = [await shownBy(gateway), ...gateway.findings()];
    gateway.use(withTls(tlsOf(second)));

    expect(troubled).toEqual([first.fingerprint, expect.stringContaining('certificate of the portal cannot be used')]);
    expect(await shownBy(gateway)).toBe(second.fingerprint);
    expect(gateway.findings()).toEqual([]);
  });
});

async function opened(tls: NonNullable<PortalSettings['tls']>): Promise<PortalGateway> {
  const gateway = new PortalGateway({
    engine: {
      directory: new Directory(),
      accounting: { openOfUser: () => [], started: async () => false },
      sessions: { disconnect: async () => ({ result: 'failed' }) },
      omada: { watch: async () => undefined, findings: () => [] },
      guests: { watch: async () => undefined },
      followGuests: () => undefined,
    } as unknown as ConstructorParameters<typeof PortalGateway>[0]['engine'],
    decisions: recentDecisions(),
    clock: new ManualClock(),
    log: pino({ level: 'silent' }),
    fillRandom: (octets) => void randomFillSync(octets),
  });
  await gateway.open({ host: '127.0.0.1', port: 0 }, withTls(tls));
  return gateway;
}

function withTls(tls: NonNullable<PortalSettings['tls']>): Model {
  return { ...declared, operator: { ...declared.operator, portal: { ...declared.operator.portal, tls } } };
}

function tlsOf({ certificate, key }: SelfSigned): NonNullable<PortalSettings['tls']> {
  return { certificate: new Secret(certificate), key: new Secret(key) };
}

/** Fingerprint of the certificate that a new connection is shown. */
async function shownBy({ endpoint }: PortalGateway): Promise<string> {
  const socket = connect({ ...(endpoint ?? {}), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256.replaceAll(':', '').toLowerCase();
}
