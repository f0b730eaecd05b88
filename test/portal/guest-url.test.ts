import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestOnward, onwardUrl } from '../../src/portal/guest-url.ts';
import { site } from './support.ts';

const portal = 'https://portal.example';
const onward = (text: string) => onwardUrl(text, site(), portal);

describe('where a guest wanted to go', () => {
  it('is kept when it is a web page', () => {
    expect(onward('http://news.example')).toBe('http://news.example/');
    expect(onward('HTTPS://News.Example:8443/a?b=c#d')).toBe('https://news.example:8443/a?b=c#d');
    expect(onward('http://bücher.example/ä')).toBe('http://xn--bcher-kva.example/%C3%A4');
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'intent://x#Intent;scheme=http;end',
    '//evil.example/',
    '/relative',
    'http:evil.example',
    'http:///evil.example',
    'http://',
    'http://user:word@news.example/',
    'http://user@news.example/',
    'http://news.example\\@evil.example/',
    'http://news.example/\r\nLocation: http://evil.example/',
    'java\tscript:alert(1)',
    'http://ne\tws.example/',
    'http://[::1',
    'http://a b/',
  ])('%j: is dropped', (text) => {
    expect(onward(text)).toBeUndefined();
  });

  it.each([
    'http://captive.apple.com/hotspot-detect.html',
    'http://www.apple.com/library/test/success.html',
    'http://connectivitycheck.gstatic.com/generate_204',
    'http://clients3.google.com/generate_204',
    'http://www.google.com/gen_204',
    'http://connectivitycheck.platform.hicloud.com/generate_204',
    'http://www.msftconnecttest.com/redirect',
    'http://www.msftncsi.com/ncsi.txt',
    'http://detectportal.firefox.com/canonical.html',
    'http://spectrum.s3.amazonaws.com/kindle-wifi/wifistub.html',
    'http://CAPTIVE.APPLE.COM./',
  ])('%s: is only a probe', (text) => {
    expect(onward(text)).toBeUndefined();
  });

  it.each([
    'http://login.cafe.example/login?username=x',
    'http://10.5.50.1/logout',
    'http://0x0a.5.50.1/',
    'http://LOGIN.cafe.example./',
    'https://portal.example/p/cafe',
  ])('%s: is ours', (text) => {
    expect(onward(text)).toBeUndefined();
  });

  it('is http or https, without credentials, and goes into a header as it is, whatever it was', () => {
    const hostile = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string({ unit: 'binary' }).map((text) => `http://${text}`),
      fc.string({ unit: 'binary' }).map((text) => `http://a.example/${text}`),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const url = onward(text);

        if (url === undefined) return;
        expect(url).toMatch(/^https?:\/\/[^/@\s]+\/[!-~]*$/);
        expect(new URL(url)).toMatchObject({ username: '', password: '' });
        expect(onward(url)).toBe(url);
        expect(url.length).toBeLessThanOrEqual(longestOnward);
      }),
    );
  });
});
