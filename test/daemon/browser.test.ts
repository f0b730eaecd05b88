import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CafeNetwork, cafeCanaries } from '../support/cafe.ts';
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
});
