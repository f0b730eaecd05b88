import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CafeNetwork, cafeCanaries, menuUrl } from '../support/cafe.ts';
import type { DaemonProcess } from '../support/lastmile.ts';

const executablePath = '/usr/bin/chromium';
const installed = existsSync(executablePath);
if (!installed) process.stderr.write('skipped: portal pages in a browser. Install it: apt-get install chromium\n');

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

describe.skipIf(!installed)('a guest with Chromium, script switched off', () => {
  let cafe: CafeNetwork;
  let daemon: DaemonProcess;
  let browser: Browser;

  beforeAll(async () => {
    cafe = await CafeNetwork.start();
    daemon = await cafe.running();
    browser = await chromium.launch({ executablePath, args: quiet });
  });

  afterAll(async () => {
    await browser?.close();
    await daemon?.[Symbol.asyncDispose]();
    await cafe?.[Symbol.asyncDispose]();
  });

  it('IS-61, IS-31: is shown the portal, logs in, is online, and reads the page it asked for', async () => {
    const mac = '02:00:5E:00:55:01';
    const { device } = await cafe.guest(mac);
    const context = await browser.newContext({
      javaScriptEnabled: false,
      locale: 'de-DE',
      proxy: { server: `http://${device.gateway}`, bypass: '<-loopback>' },
    });
    const page = await context.newPage();

    await page.goto('http://connectivitycheck.gstatic.com/generate_204');
    const [welcome, cookies] = [await page.getByRole('heading', { level: 1 }).innerText(), await context.cookies()];
    await page.getByLabel('Benutzername').fill('gina@cafe.example');
    await page.getByLabel('Passwort').fill(cafeCanaries.gina);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.waitForURL(/\/status/);
    const online = await page.getByRole('heading', { level: 1 }).innerText();

    expect(welcome).toBe('Willkommen');
    expect(cookies).toEqual([]);
    expect(online).toBe('Sie sind online');
    expect(cafe.router.rows('/ip/hotspot/active')).toMatchObject([{ user: 'gina@cafe.example', 'mac-address': mac }]);
    await context.close();
  });

  it('reads from right to left in Arabic, and accepts the terms by keyboard alone', async () => {
    const { device } = await cafe.guest('02:00:5E:00:55:02');
    const context = await browser.newContext({
      javaScriptEnabled: false,
      locale: 'ar-EG',
      proxy: { server: `http://${device.gateway}`, bypass: '<-loopback>' },
    });
    const page = await context.newPage();

    await page.goto('http://connectivitycheck.gstatic.com/generate_204');
    const direction = await page.locator('html').getAttribute('dir');
    await page.getByRole('checkbox').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/status/);

    expect(direction).toBe('rtl');
    expect(cafe.router.rows('/ip/hotspot/active')).toHaveLength(2);
    await context.close();
  });

  it('IS-61, OM-05: is sent to the portal by an Omada controller, logs in, and is let through', async () => {
    const { device } = await cafe.terraceGuest('02:00:5E:00:55:03');
    const context = await browser.newContext({
      javaScriptEnabled: false,
      locale: 'en-GB',
      proxy: proxyOf({ gateway: device.proxy }),
    });
    const page = await context.newPage();

    await page.goto('http://connectivitycheck.gstatic.com/generate_204');
    const welcome = await page.getByRole('heading', { level: 1 }).innerText();
    await page.getByLabel('Username').fill('gina@cafe.example');
    await page.getByLabel('Password').fill(cafeCanaries.gina);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'You are online' }).waitFor();

    expect(welcome).toBe('Welcome');
    expect(await context.cookies()).toEqual([]);
    expect(cafe.omada.clients()).toContainEqual(expect.objectContaining({ mac: device.mac, authorised: true }));
    await context.close();
  });
});

describe.skipIf(!installed)('a guest with Chromium, where the router is sent a form', () => {
  let cafe: CafeNetwork;
  let daemon: DaemonProcess;
  let browser: Browser;

  beforeAll(async () => {
    cafe = await CafeNetwork.start({
      bridge: 'mikrotik: {router: core-1, hotspot: cafe, method: pap-form}',
      site: `  welcomeUrl: ${menuUrl}\n`,
    });
    daemon = await cafe.running();
    browser = await chromium.launch({ executablePath, args: quiet });
  });

  afterAll(async () => {
    await browser?.close();
    await daemon?.[Symbol.asyncDispose]();
    await cafe?.[Symbol.asyncDispose]();
  });

  it.each([
    ['by script', true, '02:00:5E:00:56:01'],
    ['by the button, without script', false, '02:00:5E:00:56:02'],
  ])('IS-29: is online %s, though the router redirects the form to the portal', async (_, javaScriptEnabled, mac) => {
    const { device } = await cafe.guest(mac);
    const context = await browser.newContext({ javaScriptEnabled, locale: 'en-GB', proxy: proxyOf(device) });
    const page = await context.newPage();

    await page.goto('http://connectivitycheck.gstatic.com/generate_204');
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Connect' }).click();
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(/\/status/);

    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('You are online');
    expect(userOf(mac)).toMatch(/^guest-cafe-/);
    await context.close();
  });

  it('IS-29: IS-53: is online from a page of somebody else, and goes on to a third place', async () => {
    const mac = '02:00:5E:00:56:03';
    const { device } = await cafe.guest(mac);
    const context = await browser.newContext({ locale: 'en-GB', proxy: proxyOf(device) });
    const page = await context.newPage();
    const fields = {
      domain: 'acme',
      region: 'coast',
      'virtual-id': '7',
      'link-login': 'http://login.cafe.example/login',
      'link-success': menuUrl,
      'plain-passwd': 'yes',
      mac,
      username: 'gina@cafe.example',
      password: cafeCanaries.gina,
    };
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);

    await page.setContent(
      `<form method="post" action="${cafe.publicUrl}/external/hotspot/mikrotik/login">${inputs.join('')}<button>Go</button></form>`,
    );
    await page.getByRole('button', { name: 'Go' }).click();
    await page.waitForURL(menuUrl);

    expect(userOf(mac)).toBe('gina@cafe.example');
    await context.close();
  });

  function userOf(mac: string): string | undefined {
    return cafe.router.rows('/ip/hotspot/active').find((row) => row['mac-address'] === mac)?.['user'];
  }
});

function proxyOf({ gateway }: { readonly gateway: string }) {
  return { server: `http://${gateway}`, bypass: '<-loopback>' };
}
