import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hotspotPages } from '../../src/hotspot-pages/hotspot-pages.ts';
import { errorText } from '../../src/simulator/hotspot/login-error.ts';
import { escaped, renderPage } from '../../src/simulator/hotspot/template.ts';
import { octal } from '../../src/simulator/hotspot/variables.ts';

const render = (page: string, values: Readonly<Record<string, string>> = {}) =>
  renderPage(page, (name) => (Object.hasOwn(values, name) ? values[name] : undefined));

describe('a page of the servlet', () => {
  it('shows what it is told, raw, and nothing for what nobody knows', () => {
    const page = render('<p>$(username)$(chap-secret)</p> $(error) $5 $(', { username: '<b>&"', error: '$(mac)' });

    expect(page.body).toBe('<p><b>&"</p> $(mac) $5 $(');
    expect(page.status).toBeUndefined();
  });

  it('escapes for a URL where it is asked to', () => {
    expect(render('$(q-esc)', { q: '123&456=1 2' }).body).toBe('123%26456%3D1+2');
    expect(escaped('70:8a:0b')).toBe('70%3A8a%3A0b');
    expect(escaped('/generate_204.a-b~ü')).toBe('%2Fgenerate%5F204.a-b%7E%C3%BC');
  });

  it('chooses', () => {
    const page = '$(if error)E$(elif trial == "yes")T$(elif var != \'\')V$(else)-$(endif).';

    expect(render(page, { error: 'x' }).body).toBe('E.');
    expect(render(page, { trial: 'yes', var: 'x' }).body).toBe('T.');
    expect(render(page, { trial: 'no', var: 'x' }).body).toBe('V.');
    expect(render(page).body).toBe('-.');
    expect(render('$(if a == "(b)")yes$(endif)', { a: '(b)' }).body).toBe('yes');
    expect(render('$(if a)1$(if b)2$(else)3$(endif)4$(endif)5', { a: 'x' }).body).toBe('1345');
    expect(render('1$(if a)2', { a: 'x' }).body).toBe('12');
  });

  it('sets its status and headers, of which the last counts, and is not made to set more', () => {
    const page = render(
      '$(if http-status == 200)OK$(endif)$(if http-status == 302)Go $(word)$(endif)' +
        '$(if http-header == "Location")http://x/?$(word-esc)$(if word)&raw=$(word)$(endif)$(endif)body',
      { word: 'a b\r\nSet-Cookie: c\u0000' },
    );

    expect(page.status).toBe('302 Go a bSet-Cookie: c');
    expect([...page.headers]).toEqual([['Location', 'http://x/?a+b%0D%0ASet-Cookie%3A+c%00&raw=a bSet-Cookie: c']]);
    expect(page.body).toBe('body');
  });

  it('is bounded, whatever it holds', () => {
    const deep = `${'$(if a)'.repeat(5000)}x`;
    expect(render(deep, { a: '1' }).body).toContain('x');
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 20 }), (page, value) => {
        expect(typeof render(`${page}$(a)$(if a == ${page})${page}$(endif)`, { a: value }).body).toBe('string');
      }),
    );
  });

  it('without tests keeps all its text', () => {
    fc.assert(
      fc.property(fc.string(), (page) => {
        fc.pre(!page.includes('$('));
        expect(render(page).body).toBe(page);
      }),
    );
  });
});

describe('the text of a challenge', () => {
  it('is three octal digits for each octet, printable ones too', () => {
    expect(octal(Buffer.from([0xf9, 0x41, 0x00, 0x08]))).toBe(String.raw`\371\101\000\010`);
  });
});

describe('errors.txt', () => {
  it('has one line for each key, and may say nothing of one', () => {
    const catalogue = '# comment\n\n invalid-mac = not yours, $(username) \r\nradius-reply=$(error-orig)';

    expect(errorText(catalogue, 'invalid-mac')).toBe('not yours, $(username)');
    expect(errorText(catalogue, 'radius-reply')).toBe('$(error-orig)');
    expect(errorText(catalogue, 'chap-missing')).toBeUndefined();
  });
});

describe('the pages lastmile puts on a router', () => {
  it('IS-25 IS-26: send a guest to the portal with all it needs, escaped', () => {
    const login = hotspotPages('https://portal.test/p/cafe').find(({ name }) => name === 'login.html');

    const page = render(login?.contents ?? '', { mac: '02:00:5E:00:00:0A', 'link-orig': 'http://a/?b&c', error: '<' });
    const location = new URL(page.headers.get('Location') ?? '');

    expect(page.status).toMatch(/^302 /);
    expect(location.searchParams.get('mac')).toBe('02:00:5E:00:00:0A');
    expect(location.searchParams.get('link-orig')).toBe('http://a/?b&c');
    expect(location.searchParams.get('error')).toBe('<');
    expect(page.body).not.toMatch(/\$\(|<(?!\/?[a-z!])/);
  });
});
