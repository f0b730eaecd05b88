import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { OmadaClient } from '../../src/omada/client.ts';
import { type SelfSigned, selfSigned } from '../../src/simulator/self-signed.ts';
import { controllerAt, keptLog, never, omadaLab, password } from './support.ts';

/** A TLS server that never answers, and keeps what it is told. */
async function listener(certificate: SelfSigned) {
  const server = createServer({ key: certificate.key, cert: certificate.certificate });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const heard: Buffer[] = [];
  const spoken = new Promise<void>((resolve) => {
    server.on('secureConnection', (socket: TLSSocket) => {
      socket.on('error', () => undefined);
      socket.on('data', (octets: Buffer) => {
        heard.push(octets);
        resolve();
      });
    });
  });
  const ended = new Promise<void>((resolve) => {
    server.once('connection', (socket: Socket) => socket.once('close', () => resolve()));
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves once something arrived. */
    spoken,
    /** Resolves with what arrived on the first connection once that has ended. */
    heard: async () => {
      await ended;
      return Buffer.concat(heard).toString();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

describe('a self-signed certificate', () => {
  it('is read by others as what it is', () => {
    const made = selfSigned({ commonName: 'omada.test', altNames: ['omada.test', '127.0.0.1'] });
    const text = execFileSync('openssl', ['x509', '-noout', '-text', '-fingerprint', '-sha256'], {
      input: made.certificate,
      encoding: 'utf8',
    });
    const certificate = new X509Certificate(made.certificate);

    expect(text).toMatch(/Version: 3/);
    expect(text).toMatch(/Signature Algorithm: ecdsa-with-SHA256/);
    expect(text).toMatch(/DNS:omada.test, IP Address:127.0.0.1/);
    expect(text.replaceAll(':', '').toLowerCase()).toContain(made.fingerprint);
    expect(certificate.checkHost('omada.test')).toBe('omada.test');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });
});

describe('a pinned certificate', () => {
  it('OM-28: that is the declared one is enough, though nobody signed it', async () => {
    await using lab = await omadaLab();

    expect(lab.declared.tls.mode).toBe('pinned');
    expect(await lab.client.authorise(await lab.guest(), 60, never)).toEqual({ result: 'authorised' });
  });

  it('OM-28: that differs ends the connection before a single octet is sent, and both are told', async () => {
    const certificate = selfSigned();
    await using other = await listener(certificate);
    const fingerprint = 'ab'.repeat(32);
    using client = new OmadaClient(controllerAt(other.url, { tls: { mode: 'pinned', fingerprint } }), {
      clock: systemClock,
      log: keptLog(),
    });

    const findings = await client.check(never);

    expect(await other.heard()).toBe('');
    expect(findings).toMatchObject([{ controller: 'cafe', reason: 'untrusted' }]);
    expect(findings[0]?.text).toContain(fingerprint);
    expect(findings[0]?.text).toContain(certificate.fingerprint);
  });

  it('OM-28: that is right hears the request, and one that is not asked for, too', async () => {
    const certificate = selfSigned();
    const { fingerprint } = certificate;
    for (const tls of [{ mode: 'pinned', fingerprint }, { mode: 'insecure' }] as const) {
      await using other = await listener(certificate);
      const client = new OmadaClient(controllerAt(other.url, { tls }), { clock: systemClock, log: keptLog() });
      const checked = client.check(never);

      await other.spoken;
      client[Symbol.dispose]();

      await checked;
      expect(await other.heard()).toMatch(/^GET \/api\/info HTTP/);
    }
  });

  it('OM-28: that differs gets no request to a controller that would answer', async () => {
    await using lab = await omadaLab({ controller: { tls: { mode: 'pinned', fingerprint: '0'.repeat(64) } } });

    expect(await lab.client.authorise(await lab.guest(), 60, never)).toMatchObject({ result: 'failed' });
    expect(Object.values(lab.omada.counters).every((count) => count === 0)).toBe(true);
  });
});

describe('a certificate that an authority must have signed', () => {
  it('OM-28: is taken when the authority is declared', async () => {
    const certificate = selfSigned({ altNames: ['127.0.0.1'] });
    await using lab = await omadaLab({ certificate, controller: { tls: { mode: 'ca', ca: certificate.certificate } } });

    expect(await lab.client.authorise(await lab.guest(), 60, never)).toEqual({ result: 'authorised' });
  });

  it('OM-28: is refused when nobody vouches for it, with what to do', async () => {
    await using lab = await omadaLab({ controller: { tls: { mode: 'ca' } } });

    expect(await lab.client.check(never)).toMatchObject([
      {
        reason: 'untrusted',
        text: expect.stringMatching(/self-signed certificate.*declare tls\.ca, or tls\.mode: pinned/),
      },
    ]);
    expect(lab.omada.counters.info).toBe(0);
  });

  it('OM-28: is refused when it is for another name', async () => {
    const certificate = selfSigned({ altNames: ['elsewhere.test'] });
    await using lab = await omadaLab({ certificate, controller: { tls: { mode: 'ca', ca: certificate.certificate } } });

    expect(await lab.client.check(never)).toMatchObject([{ reason: 'untrusted' }]);
    expect(lab.omada.counters.info).toBe(0);
  });
});

describe('secrets', () => {
  it('stand in no log line, finding or verdict', async () => {
    const told: unknown[] = [];
    await using good = await omadaLab();
    await using refused = await omadaLab({ operators: [] });
    await using untrusted = await omadaLab({ controller: { tls: { mode: 'ca' } } });
    for (const lab of [good, refused, untrusted]) {
      told.push(
        await lab.client.authorise(await lab.guest(), 60, never),
        lab.client.findings(),
        lab.log.lines,
        lab.client,
      );
    }

    expect(JSON.stringify(told)).not.toContain(password);
    expect(refused.log.lines).toHaveLength(1);
  });
});
