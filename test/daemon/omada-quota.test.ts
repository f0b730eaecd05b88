import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { SimulatedOmada } from '../../src/simulator/omada/simulated-omada.ts';
import { freeTcpPort } from '../support/free-ports.ts';
import { disconnected, meanwhile, passes, QuotaLab, standing } from '../support/quota-lab.ts';

const mac = '02:00:5E:00:53:77';
const anna = { username: 'anna', password: 'secret' };
const fiveMinutesMs = 300_000;
const probe = 'http://connectivitycheck.gstatic.com/generate_204';
const annaYaml = '- {name: anna, username: anna, password: secret}';
const hourly = 'quotas: [{name: fair, octets: 1G, period: hour, then: {block: true}}]';

/** A controller whose guests log in on our page, and are in the same time as the daemon. */
class Terrace implements AsyncDisposable {
  readonly lab: QuotaLab;
  readonly omada: SimulatedOmada;

  private constructor(lab: QuotaLab, omada: SimulatedOmada) {
    this.lab = lab;
    this.omada = omada;
  }

  static async open(service: string, people: string): Promise<Terrace> {
    const lab = await QuotaLab.start(service, people);
    const omada = await SimulatedOmada.start({
      ...{ clock: lab.clock, tls: false, operators: [{ name: 'portal', password: 'operator' }] },
      sites: [{ name: 'Terrace', portalUrl: 'http://portal.test/p/terrace' }],
    });
    await lab.stop();
    edit(lab, 'people.yaml', (text) => text.replace('access: [pppoe]', 'access: [pppoe, hotspot]'));
    const listen = `127.0.0.1:${await freeTcpPort()}`;
    const portal = `  masterKey: a master key of thirty-two octets!\n  portal: {listen: "${listen}", publicUrl: "http://portal.test"}`;
    edit(lab, 'network.yaml', (text) => text.replace('  radius:', `${portal}\n  radius:`) + siteYaml(omada.url));
    await lab.run();
    return new Terrace(lab, omada);
  }

  async logIn(): Promise<string> {
    const names = { 'portal.test': this.lab.listeners?.portal ?? '' };
    const device = await this.omada.join({ mac, ssid: 'Terrace', names });
    const browser = new GuestClient({ proxy: device.proxy });
    return (await browser.submit(await browser.get(probe), anna)).text;
  }

  get isIn(): boolean {
    return this.omada.client(mac)?.authorised === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
    await this.omada[Symbol.asyncDispose]();
  }
}

function edit({ dir }: QuotaLab, file: string, change: (text: string) => string): void {
  writeFileSync(join(dir, file), change(readFileSync(join(dir, file), 'utf8')));
}

function siteYaml(url: string): string {
  return `---
apiVersion: lastmile/v1
kind: OmadaController
metadata: {name: terrace}
spec: {url: "${url}", operator: {username: portal, password: operator}, sites: [{name: Terrace}]}
---
apiVersion: lastmile/v1
kind: PortalSite
metadata: {name: terrace}
spec: {title: Terrace, methods: [login], bridge: {omada: {controller: terrace, site: Terrace}}}
`;
}

describe('a guest of an Omada controller', () => {
  it('IS-09: is put off as soon as the counters show that a quota is used up, and let in when it begins anew', async () => {
    await using terrace = await Terrace.open(hourly, annaYaml);
    const { lab } = terrace;
    await terrace.logIn();
    expect(terrace.isIn).toBe(true);

    terrace.omada.traffic(mac, { down: 1_200_000_000 });
    await passes(lab, fiveMinutesMs, disconnected);
    const blocked = terrace.isIn;
    const then = await standing(lab);
    await passes(lab, 3_600_000, { msg: 'plan applied', target: 'directory' });
    const again = await terrace.logIn();

    expect(blocked).toBe(false);
    expect(then?.quotas).toMatchObject([{ name: 'fair', used: '1200000000' }]);
    expect(again).toContain('You are online');
    expect(terrace.isIn).toBe(true);
    expect((await standing(lab))?.quotas).toMatchObject([{ name: 'fair', used: '0' }]);
  });

  it('SPL-22: is put off the moment the account expires, though it was let in for longer', async () => {
    await using terrace = await Terrace.open('', annaYaml);
    const { lab } = terrace;
    await terrace.logIn();
    edit(lab, 'people.yaml', (text) =>
      text.replace('password: secret}', 'password: secret, expires: 2026-03-10T12:20:00Z}'),
    );
    await lab.refresh();
    expect(terrace.isIn).toBe(true);

    await passes(lab, 20 * 60_000, disconnected);

    expect(terrace.isIn).toBe(false);
  });

  it('is put off at the next try where the controller says that it did it, and did not', async () => {
    await using terrace = await Terrace.open('', annaYaml);
    const { lab } = terrace;
    await terrace.logIn();
    terrace.omada.behaviour.deaf = 1;

    edit(lab, 'people.yaml', (text) => text.replace('password: secret}', 'password: secret, state: suspended}'));
    const told = lab.logged(disconnected);
    await lab.refresh();
    await meanwhile(lab, told);

    expect(terrace.isIn).toBe(false);
    expect(terrace.omada.counters.disconnects).toBe(2);
  });
});
