import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CafeNetwork, cafeCanaries } from '../support/cafe.ts';
import type { DaemonProcess } from '../support/lastmile.ts';

describe('status of an Omada controller', () => {
  let cafe: CafeNetwork;
  let daemon: DaemonProcess;

  beforeAll(async () => {
    cafe = await CafeNetwork.start();
    daemon = await cafe.running();
    // Whether or not it was looked at by now: a guest makes it answer.
    const { browser } = await cafe.terraceGuest('02:00:5E:00:53:01');
    const page = await browser.get('http://connectivitycheck.gstatic.com/generate_204');
    await browser.submit(page, { username: 'gina@cafe.example', password: cafeCanaries.gina });
  });

  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    await cafe[Symbol.asyncDispose]();
  });

  it('is found by its name: whether it answered, and when', async () => {
    const { code, out } = await cafe.lastmile('status', 'terrace');

    expect(code).toBe(0);
    expect(out).toMatch(/^CONTROLLER +ANSWERS +ASKED +VERSION\nterrace +True +\d+s ago +5\.15\.24\.19$/m);
    expect(out).not.toContain('TARGET');
  });

  it('is for programs, too, and part of the whole', async () => {
    const one = JSON.parse((await cafe.lastmile('status', 'terrace', '-o', 'json')).out);
    const all = JSON.parse((await cafe.lastmile('status', '-o', 'json')).out);

    const [{ askedAt: _askedAt, ...terrace }] = one.controllers;
    expect(terrace).toEqual({ name: 'terrace', answered: true, version: '5.15.24.19', findings: [] });
    expect(one.targets).toEqual([]);
    expect(all.controllers).toHaveLength(1);
    expect(all.targets.length).toBeGreaterThan(1);
  });

  it('of no such name lists those there are', async () => {
    expect(await cafe.lastmile('status', 'terace')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no target or controller terace; there are core-1, directory, terrace/),
    });
  });
});

describe('get', () => {
  it('tells in a word what a site and a controller are', async () => {
    await using cafe = await CafeNetwork.start();
    const get = (...args: readonly string[]) => cafe.lastmile('get', ...args, '--dir', cafe.dir);

    expect((await get('portalsites')).out).toMatch(
      /^PortalSite +cafe +Harbour Café, core-1\/cafe, terrace\/Terrace, login \+ click-through +site\.yaml:1$/m,
    );
    expect((await get('omadacontroller')).out).toMatch(
      /^OmadaController +terrace +https:\/\/127\.0\.0\.1:\d+, operator portal, tls pinned +site\.yaml:\d+$/m,
    );
    expect((await get('portalsite', 'cafe', '-o', 'yaml')).out).toMatch(
      /- omada:\n +controller: terrace\n +site: Terrace\n/,
    );
  });
});
