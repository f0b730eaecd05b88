import { describe, expect, it } from 'vitest';
import { hotspotPages } from '../../src/hotspot-pages/hotspot-pages.ts';

const pages = new Map(hotspotPages('https://portal.example/p/cafe').map(({ name, contents }) => [name, contents]));

function page(name: string): string {
  const contents = pages.get(name);
  if (contents === undefined) throw new Error(`no page ${name}`);
  return contents;
}

/** Where a page sends a browser. */
function location(name: string): string | undefined {
  return /\$\(if http-header == "Location"\)(.*)\$\(endif\)/.exec(page(name))?.[1];
}

describe('the pages of a hotspot', () => {
  it('IS-25, IS-26: lead from the login page to the portal with what it needs, without a script', () => {
    const url = new URL((location('login.html') ?? '').replaceAll(/\$\(([a-z-]+)\)/g, '{$1}'));

    expect(page('login.html')).toMatch(/^\$\(if http-status == 302\)/);
    expect(`${url.origin}${url.pathname}`).toBe('https://portal.example/p/cafe');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      mac: '{mac-esc}',
      'link-login-only': '{link-login-only-esc}',
      'link-orig': '{link-orig-esc}',
      'server-name': '{server-name-esc}',
      error: '{error-esc}',
      'error-orig': '{error-orig-esc}',
      'plain-passwd': '{plain-passwd-esc}',
      'chap-id': '{chap-id-esc}',
      'chap-challenge': '{chap-challenge-esc}',
      username: '{username-esc}',
    });
  });

  it('IS-61: offer a link with the same target to whom is not sent on', () => {
    const link = /<a href="([^"]+)">/.exec(page('login.html'))?.[1];

    expect(link?.replaceAll('&amp;', '&')).toBe(location('login.html'));
  });

  it('bring whoever asked for another page to the login page, which alone tells of CHAP and of errors', () => {
    expect(location('rlogin.html')).toBe('$(link-login-only)?dst=$(link-orig-esc)');
  });

  it('hold in markup nothing that a guest can write', () => {
    const written = ['username', 'error', 'error-orig', 'link-orig', 'link-login', 'link-redirect', 'var', 'domain'];
    for (const [name, contents] of pages) {
      if (name === 'errors.txt') continue;
      const markup = contents.replaceAll(/\$\(if http-header == "Location"\).*\$\(endif\)/g, '');
      for (const variable of written) expect(markup, name).not.toContain(`$(${variable})`);
    }
  });

  it('close each test that they open, and are short ASCII', () => {
    for (const [name, contents] of pages) {
      const opened = contents.split('$(if ').length;
      expect(contents.split('$(endif)'), name).toHaveLength(opened);
      expect(contents, name).toMatch(/^[\n -~]*$/);
      expect(contents.length, name).toBeLessThan(1500);
    }
  });

  it('tell programs where to sign in, and what came of it (WISPr)', () => {
    expect(page('rlogin.html')).toContain('<LoginURL>$(link-login-only)?target=xml</LoginURL>');
    expect(page('xml/login.html')).toContain('<MessageType>120</MessageType>');
    expect(page('xml/alogin.html')).toContain('<ResponseCode>50</ResponseCode>');
    expect(page('xml/logout.html')).toContain('<ResponseCode>150</ResponseCode>');
  });

  it('answer the captive portal API in JSON, signed in or not', () => {
    const [, body = ''] = page('api.json').split('\n');
    const tests = /\$\(if logged-in == "yes"\)(\w+)\$\(else\)(\w+)\$\(endif\)/;

    expect(JSON.parse(body.replace(tests, '$1'))).toMatchObject({ captive: false });
    expect(JSON.parse(body.replace(tests, '$2'))).toMatchObject({ captive: true });
  });
});
