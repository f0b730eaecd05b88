import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import type { Change } from '../../../src/reconcile/target.ts';
import { CallLog, loggedSession } from '../../../src/routeros/call-log.ts';
import { installCertificate } from '../../../src/routeros/install-certificate.ts';
import type { RouterOsSession } from '../../../src/routeros/session.ts';
import { type SelfSigned, selfSigned } from '../../../src/simulator/self-signed.ts';
import { arrive } from '../../simulator/guest.ts';
import { codesOf, errorsOf, load } from '../../support/manifest.ts';
import { configured, configuredLab } from '../config/support.ts';
import { brief, settle } from './support.ts';

type CertificateLab = Awaited<ReturnType<typeof configuredLab>>;

const { signal } = new AbortController();
const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };
const first = selfSigned({ commonName: 'login.cafe.example' });
const renewed = selfSigned({ commonName: 'login.cafe.example' });
const authority = selfSigned({ commonName: 'an authority' });

const hotspot = `hotspots:
  - {name: lobby, interface: ether3, address: 10.5.50.1, dnsName: login.cafe.example, loginBy: [https, http-pap], certificate: cafe}`;

/** What a document says of a certificate. */
function declared({ certificate, key }: Pick<SelfSigned, 'certificate' | 'key'>, more = ''): string {
  const pair = `certificate: ${JSON.stringify(certificate)}, key: ${JSON.stringify(key)}`;
  return `certificates: [{name: cafe, ${pair}${more}}]`;
}

function cafe(pair: Pick<SelfSigned, 'certificate' | 'key'>, more = ''): Model {
  return configured('{}', `${declared(pair, more)}\n${hotspot}`);
}

const names = (lab: CertificateLab) => lab.router.rows('/certificate').map((row) => row['name']);
const files = (lab: CertificateLab) =>
  lab.router
    .rows('/file')
    .map((row) => row['name'])
    .filter((name) => name?.endsWith('.pem'));
const shownBy = (lab: CertificateLab) => lab.router.rows('/ip/hotspot/profile').find(({ name }) => name === 'lobby');

describe('a certificate declared for a router', () => {
  it('is put there with its key before the hotspot that names it, and leaves no file', async () => {
    const model = cafe(first);
    await using lab = await configuredLab(model);

    const outcome = await settle(lab, model, lab.inventory);

    const [row] = lab.router.rows('/certificate');
    expect(row).toMatchObject({ name: 'cafe', fingerprint: first.fingerprint, 'private-key': 'true' });
    expect(shownBy(lab)).toMatchObject({ 'ssl-certificate': 'cafe' });
    expect(files(lab)).toEqual([]);
    const menus = outcome.plan.changes.map(({ menu }) => menu);
    expect(menus.indexOf('/certificate')).toBeLessThan(menus.indexOf('/ip/hotspot/profile'));
  });

  it('brings the authorities along that follow it, each once', async () => {
    const model = cafe({ ...first, certificate: `${first.certificate}\n${authority.certificate}` });
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);

    expect([...names(lab)].sort((a = '', b = '') => a.localeCompare(b))).toEqual([
      `ca-${authority.fingerprint.slice(0, 8)}`,
      'cafe',
    ]);
  });

  it('goes when it is declared no more', async () => {
    const model = configured('{}', declared(first));
    await using lab = await configuredLab(model);
    await settle(lab, model, lab.inventory);

    const { plan } = await settle(lab, configured('{}'), lab.inventory);

    expect(plan.changes.map(({ action, identity }) => `${action} ${identity}`)).toEqual(['delete cafe']);
    expect(names(lab)).toEqual([]);
  });

  it('is adopted where it is there already, though under another name', async () => {
    const model = cafe(first);
    await using lab = await configuredLab(model);
    const session = await lab.target.session(signal);
    await session.run('/file/add', { name: 'mine.pem', contents: `${first.certificate}${first.key}` }, { signal });
    await session.run('/certificate/import', { 'file-name': 'mine.pem', passphrase: '' }, { signal });
    expect(names(lab)).toEqual(['mine.pem_0']);

    await settle(lab, model, lab.inventory);

    expect(names(lab)).toEqual(['cafe']);
    expect(files(lab)).toEqual(['mine.pem']);
  });

  it('counts as not there where somebody imported it without its key', async () => {
    const model = cafe(first);
    await using lab = await configuredLab(model);
    const session = await lab.target.session(signal);
    await session.run('/file/add', { name: 'mine.pem', contents: first.certificate }, { signal });
    await session.run('/certificate/import', { 'file-name': 'mine.pem', passphrase: '', name: 'cafe' }, { signal });
    expect(lab.router.rows('/certificate')).toMatchObject([{ name: 'cafe', 'private-key': 'false' }]);

    await settle(lab, model, lab.inventory);

    expect(lab.router.rows('/certificate')).toMatchObject([{ name: 'cafe', 'private-key': 'true' }]);
  });

  it('replaces somebody’s own of that name, which is kept', async () => {
    const model = cafe(first);
    await using lab = await configuredLab(model, { certificates: [{ name: 'cafe', commonName: 'theirs' }] });

    await settle(lab, model, lab.inventory);

    expect(lab.router.row('/certificate', 'cafe')).toMatchObject({ fingerprint: first.fingerprint });
    expect(names(lab)).toHaveLength(2);
  });

  it('has its key in no plan, no error and no log of calls', async () => {
    const model = cafe(first);
    await using lab = await configuredLab(model);
    const calls = new CallLog({ clock: { now: () => 0, monotonic: () => 0 } });
    const { plan } = await reconcileOnce(lab.target, model, { inventory: lab.inventory, guard, signal });
    const change = plan.changes.find(({ menu }) => menu === '/certificate') as Change;
    const session = loggedSession(await lab.target.session(signal), calls);
    await session.run(
      '/certificate/remove',
      { '.id': lab.router.row('/certificate', 'cafe')?.['.id'] ?? '' },
      { signal },
    );

    await installCertificate(change, session, signal);

    const secret = first.key.split('\n')[1] ?? '';
    const told = [inspect(plan, { depth: 9 }), JSON.stringify(plan), JSON.stringify(calls.calls())].join('\n');
    expect(secret.length).toBeGreaterThan(40);
    expect(told).toContain('/certificate');
    expect(told).not.toContain(secret.slice(0, 30));
  });

  it.each([
    ['before RouterOS takes files over the API', { version: '7.12.1' }],
    ['on RouterOS 6', { version: '6.49.17' }],
  ])('is a person’s to put there %s, who is told how', async (_when, version) => {
    const model = configured('{}', declared(first));
    await using lab = await configuredLab(model, version);

    const { failed } = (await reconcileOnce(lab.target, model, {
      inventory: lab.inventory,
      guard,
      signal,
    })) as Awaited<ReturnType<typeof settle>>;

    expect(failed.map(({ error }) => String(error)).join('\n')).toMatch(
      /cafe is missing.*\/certificate\/import file-name=/,
    );
  });
});

describe('a certificate that is renewed', () => {
  async function started() {
    const lab = await configuredLab(cafe(first));
    await settle(lab, cafe(first), lab.inventory);
    return lab;
  }

  it('takes the place of the old one in one change, everywhere it is named, and the old one goes last', async () => {
    await using lab = await started();
    const session = await lab.target.session(signal);
    await session.run('/ip/service/set', { '.id': 'www-ssl', certificate: 'cafe' }, { signal });

    const outcome = await settle(lab, cafe(renewed), lab.inventory);

    expect(brief(outcome)).toEqual(['update /certificate cafe fingerprint']);
    expect(names(lab)).toEqual(['cafe']);
    expect(lab.router.row('/certificate', 'cafe')).toMatchObject({ fingerprint: renewed.fingerprint });
    expect(shownBy(lab)).toMatchObject({ 'ssl-certificate': 'cafe' });
    expect(lab.router.rows('/ip/service').find(({ name }) => name === 'www-ssl')).toMatchObject({
      certificate: 'cafe',
    });
  });

  it('keeps the hotspot in TLS after every single command, and goes on wherever it was cut off', async () => {
    for (let cut = 1; ; cut += 1) {
      await using lab = await started();
      const guest = await arrive(lab.router);
      const change = await planned(lab, cafe(renewed));
      const seen = new Set<string>();
      let count = 0;
      const over = await lab.target.session(signal);
      const session: Pick<RouterOsSession, 'run'> = {
        run: async (command, attributes, options) => {
          const writes = !command.endsWith('/print');
          if (writes) count += 1;
          if (count > cut) throw new Error('cut off');
          const answer = await over.run(command, attributes, options);
          if (writes) seen.add(fingerprintOf(await shownAt(guest.gateway)));
          return answer;
        },
      };

      const done = await installCertificate(change, session, signal).catch(() => false);
      expect([...seen].every((each) => [first.fingerprint, renewed.fingerprint].includes(each))).toBe(true);
      await settle(lab, cafe(renewed), lab.inventory);

      expect(fingerprintOf(await shownAt(guest.gateway))).toBe(renewed.fingerprint);
      expect([names(lab), files(lab)]).toEqual([['cafe'], []]);
      if (done) return;
    }
  });
});

describe('certificates in a document', () => {
  const problems = (more: string) =>
    load({
      'network.yaml': `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.11
  ${more}
`,
    });

  it('are held against their keys before anybody is asked', () => {
    const other = declared({ ...first, key: renewed.key });
    const none = declared({ certificate: 'nothing', key: first.key });
    const locked = declared({ ...first, key: 'nothing' });

    expect(errorsOf(problems(other)).join()).toMatch(/LM_CERTIFICATE the key does not belong to the certificate/);
    expect(errorsOf(problems(none)).join()).toMatch(/LM_CERTIFICATE this is no certificate in PEM/);
    expect(errorsOf(problems(locked)).join()).toMatch(/LM_CERTIFICATE this is no private key in PEM/);
    expect(codesOf(problems(declared(first)))).not.toContain('LM_CERTIFICATE');
  });

  it('are not what TLS to the router is pinned to, unless it is the same', () => {
    const with_ = (fingerprint: string) =>
      problems(
        `api: {username: a, password: b, tls: {fingerprint: "${fingerprint}"}}\n  system: {apiAccess: {addresses: [192.0.2.1], certificate: cafe}}\n  ${declared(first)}`,
      );

    expect(errorsOf(with_(renewed.fingerprint)).join()).toMatch(/LM_CERTIFICATE .*pins another certificate/);
    expect(codesOf(with_(first.fingerprint))).not.toContain('LM_CERTIFICATE');
  });
});

async function planned(lab: CertificateLab, model: Model): Promise<Change> {
  const desired = lab.target.desired(model);
  const after = desired.find(({ menu }) => menu === '/certificate');
  if (after === undefined) throw new TypeError('none declared');
  return { action: 'update', menu: '/certificate', identity: 'cafe', owner: after.owner, set: after.fields, after };
}

/** What the hotspot shows to who comes for its login page over TLS. */
async function shownAt(gateway: string): Promise<X509Certificate | undefined> {
  const [host = '', port = ''] = gateway.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.write('CONNECT login.cafe.example:443 HTTP/1.1\r\nHost: login.cafe.example:443\r\n\r\n');
  await once(socket, 'data');
  const tls = connectTls({ socket, servername: 'login.cafe.example', rejectUnauthorized: false });
  await once(tls, 'secureConnect');
  const shown = tls.getPeerX509Certificate();
  tls.destroy();
  return shown;
}

function fingerprintOf(certificate: X509Certificate | undefined): string {
  return certificate?.fingerprint256.replaceAll(':', '').toLowerCase() ?? 'none';
}
