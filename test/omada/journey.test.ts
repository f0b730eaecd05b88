import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { OmadaClients } from '../../src/omada/clients.ts';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { SimulatedOmada } from '../../src/simulator/omada/simulated-omada.ts';
import { omadaBridge, PortalLab, site } from '../portal/support.ts';
import { webServer } from '../simulator/omada/support.ts';
import { controllerAt, keptLog, macOf, password } from './support.ts';

const probe = 'http://captive.apple.com/hotspot-detect.html';
const account = { username: 'anna', password: 'correct horse' };

/** A café: the portal, its Omada controller, and the network behind it. */
async function cafe() {
  const clients = new OmadaClients({ clock: systemClock, log: keptLog() });
  const portal = await PortalLab.start([site({ bridges: [omadaBridge] })], { deps: { omada: clients } });
  const internet = await webServer((request, response) => response.end(`from ${request.headers.host}`));
  const omada = await SimulatedOmada.start({
    clock: portal.clock,
    operators: [{ name: 'lastmile', password }],
    sites: [{ name: omadaBridge.site.name, portalUrl: 'http://portal.test/p/cafe' }],
  });
  const tls = { mode: 'pinned', fingerprint: omada.certificate?.fingerprint ?? '' } as const;
  const operator = { username: 'lastmile', password: new Secret(password) };
  clients.use({ omadaControllers: [controllerAt(omada.url, { name: omadaBridge.controller, tls, operator })] });
  const names = { 'portal.test': `127.0.0.1:${portal.port}`, 'captive.apple.com': internet.address };
  return {
    omada,
    clients,
    /** A device joins; its browser is without script, cookies and memory. */
    guest: async (number: number, place: { readonly ssid: string } | { readonly vid: string }) => {
      const { proxy } = await omada.join({ mac: macOf(number), names, ...place });
      return new GuestClient({ proxy });
    },
    async [Symbol.asyncDispose]() {
      clients[Symbol.dispose]();
      for (const each of [omada, portal, internet]) await each[Symbol.asyncDispose]();
    },
  };
}

describe('a guest in a café with an Omada controller', () => {
  it.each([
    ['OM-05, OM-06, OM-07, OM-14, OM-15, OM-27: at an access point', { ssid: 'Café & "Bar"' }],
    ['OM-08, OM-12, OM-25: on a wire behind the gateway', { vid: '40' }],
  ])('%s is sent to the portal, logs in, and is online', async (_title, place) => {
    await using lab = await cafe();
    const guest = await lab.guest(1, place);

    const welcome = await guest.get(probe);
    const refused = await guest.submit(welcome, { ...account, password: 'wrong' });
    const online = await guest.submit(refused, account);
    const outside = await guest.get(probe);

    expect(welcome.url).toMatch(/^http:\/\/portal\.test\/p\/cafe\?clientMac=52-DE-63-00-00-01&/);
    expect(lab.omada.counters.authorised).toBe(1);
    expect(online).toMatchObject({ status: 200, heading: 'You are online' });
    expect(outside).toMatchObject({ status: 200, html: 'from captive.apple.com', redirects: [] });
    expect(lab.clients.findings()).toEqual([]);
  });

  it('OM-29: comes with ninety-nine others at once: one operator session, and one more when that ends in between', async () => {
    await using lab = await cafe();
    const all = await Promise.all(Array.from({ length: 100 }, (_, at) => lab.guest(at + 1, { ssid: 'Guest' })));
    const logIn = async (guest: GuestClient) => (await guest.submit(await guest.get(probe), account)).heading;

    const first = await Promise.all(all.slice(0, 50).map(logIn));
    expect(lab.omada.counters).toMatchObject({ logins: 1, authorised: 50 });
    lab.omada.expireSessions();
    const second = await Promise.all(all.slice(50).map(logIn));

    expect(new Set([...first, ...second])).toEqual(new Set(['You are online']));
    expect(lab.omada.counters).toMatchObject({ logins: 2, authorised: 100 });
  });
});
