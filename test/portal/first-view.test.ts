import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nonceSource } from '../../src/portal/nonces.ts';
import { GuestClient, type GuestPage } from '../../src/simulator/guest-client.ts';
import { fromRouter, mac, PortalLab, site } from './support.ts';

const guest = new GuestClient({ follow: 0 });

describe('the first page of two guests of one site', () => {
  it('is the same but for what is signed about each', async () => {
    await using lab = await PortalLab.start();
    const other = '02:00:00:00:00:01';

    const pages = [await arrive(lab), await arrive(lab, { mac: other })];

    const tokens = pages.map((page) => page.forms[0]?.fields['context'] ?? '');
    const [one, two] = pages.map(({ html }, at) => html.replaceAll(tokens[at] ?? '-', 'token'));
    expect(one).toBe(two);
    expect(tokens.map((token) => contextOf(token)['mac'])).toEqual([mac, other]);
    for (const [at, page] of pages.entries()) {
      const carried = [
        page.forms[1]?.fields['context'],
        new URL(`http://x${page.links[0]?.href}`).searchParams.get('c'),
      ];
      expect(carried).toEqual([tokens[at], tokens[at]]);
    }
  });

  it('is of its language, and of the revision in force', async () => {
    await using lab = await PortalLab.start();

    const english = await arrive(lab);
    const german = await arrive(lab, { lang: 'de' });
    lab.sites = [site({ title: 'Café Green' })];
    const green = await arrive(lab);

    expect([english, german, green].map(({ heading }) => heading)).toEqual(['Welcome', 'Willkommen', 'Welcome']);
    expect([english, german, green].map(({ text }) => /Café \w+/.exec(text)?.[0])).toEqual([
      'Café Blue',
      'Café Blue',
      'Café Green',
    ]);
  });

  it('holds nothing of a login that failed before', async () => {
    await using lab = await PortalLab.start();
    const failed = await guest.submit(await arrive(lab), { username: 'carl', password: 'wrong' });

    const next = await arrive(lab);

    expect(failed.html).toContain('carl');
    expect(next.html).not.toContain('carl');
    expect(next.text).not.toContain('is wrong');
  });
});

describe('texts nobody can guess', () => {
  it('are never the same, though their octets are drawn many at once', () => {
    const draws: number[] = [];
    const nonce = nonceSource((octets) => {
      draws.push(octets);
      return randomBytes(octets);
    });

    const texts = Array.from({ length: 300 }, nonce);

    expect(new Set(texts).size).toBe(300);
    expect(new Set(texts.map((text) => text.length))).toEqual(new Set([16]));
    expect(draws).toHaveLength(3);
  });
});

function arrive(lab: PortalLab, more: Readonly<Record<string, string>> = {}): Promise<GuestPage> {
  return guest.get(`${lab.url}/p/cafe?${fromRouter(more)}`);
}

function contextOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
