import { describe, expect, it } from 'vitest';
import { allLanguages, chooseLanguage, textsIn } from '../../src/portal/language.ts';
import { landingPage, noticePage } from '../../src/portal/pages/render.ts';
import { brandStyle, luminance, style } from '../../src/portal/pages/style.ts';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { fromRouter, PortalLab, site } from './support.ts';

const guest = new GuestClient({ follow: 0 });

describe.each(allLanguages)('texts in %s', (language) => {
  const texts = textsIn[language];

  it('are all there, and say something', () => {
    const words = [texts.name, ...Object.values(texts.headings), ...Object.values(texts.messages)];

    expect(Object.keys(texts.messages)).toEqual(Object.keys(textsIn.en.messages));
    expect(words.filter((each) => each.trim() === '')).toEqual([]);
    expect(texts.messages.locked).toContain('{minutes}');
  });

  it('are not left in English', () => {
    if (language === 'en') return;
    const same = Object.entries(texts.messages).filter(([key, text]) =>
      Object.entries(textsIn.en.messages).some(([other, english]) => key === other && text === english),
    );

    expect(same).toEqual([]);
  });

  it('make a first view within one window of TCP, terms and all', () => {
    const page = landingPage(
      {
        site: site({ languages: allLanguages }),
        language,
        heading: 'welcome',
        inLanguage: (other) => `/p/cafe?lang=${other}&c=${'c'.repeat(700)}`,
      },
      {
        action: '/p/cafe/login',
        context: 'c'.repeat(700),
        login: true,
        clickThrough: true,
        terms: 't'.repeat(2000),
        username: '',
      },
    );

    expect(Buffer.byteLength(page.html)).toBeLessThanOrEqual(14 * 1024);
  });
});

describe('a page', () => {
  it('names its language and direction', () => {
    const page = noticePage({ language: 'ar', heading: 'welcome' }, { text: 'x', problem: false });

    expect(page.html).toContain('<html lang="ar" dir="rtl">');
    expect(page.html).toContain('<title>أهلًا وسهلًا – واي فاي</title>');
  });

  it('needs nothing but itself', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);

    expect(page.html).not.toMatch(/<(script|link|img|iframe|object|embed)\b|\bsrc=|url\(|@import|\son\w+=/);
    expect(page.headers['set-cookie']).toBeUndefined();
    expect(page.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('has a label for everything that is filled in, and tells browsers what it is', async () => {
    await using lab = await PortalLab.start();

    const { html } = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);

    for (const id of ['username', 'password']) {
      expect(html).toContain(`<label for="${id}">`);
      expect(html).toMatch(new RegExp(`<input [^>]*id="${id}"`));
    }
    expect(html).toMatch(/<label class="check"><input type="checkbox" name="terms"/);
    expect(html).toMatch(/name="username"[^>]*autocomplete="username" autocapitalize="none"/);
    expect(html).toMatch(/name="password"[^>]*autocomplete="current-password"/);
    expect(html).not.toMatch(/user-scalable|maximum-scale/);
  });

  it('ties a problem to the field it is with, and puts the guest there', async () => {
    await using lab = await PortalLab.start();
    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);

    const { html } = await guest.submit(page, { username: 'anna', password: 'wrong' });

    expect(html).toMatch(/<p class="problem" role="alert" id="problem">/);
    expect(html).toMatch(/id="password"[^>]*aria-describedby="problem" aria-invalid="true" autofocus>/);
    expect(html).toMatch(/id="username"[^>]*value="anna"/);
    expect(html).not.toMatch(/value="wrong"/);
  });

  it('tells somebody who came by a poster how to get here', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.get(`${lab.url}/p/cafe`);
    const german = await guest.press(page, 'Deutsch');
    const root = await guest.get(`${lab.url}/`);

    expect(page).toMatchObject({ status: 200, heading: 'Welcome', forms: [] });
    expect(page.text).toContain('Join the Wi-Fi of this place');
    expect(page.text).toContain('Need help? +49 30 1234');
    expect(german.heading).toBe('Willkommen');
    expect(root.status).toBe(200);
  });
});

describe('the colours of a page', () => {
  const contrast = (one: string, other: string): number => {
    const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };

  it('can be read on every button', () => {
    for (const color of ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#777777', '#808080', '#ffcc00']) {
      const on = /--onbrand:(#\w+)/.exec(brandStyle(color))?.[1] === '#000' ? '#000000' : '#ffffff';

      expect(contrast(color, on)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('can be read by day and by night', () => {
    for (const theme of [...style.matchAll(/:root\{([^}]*)\}/g)].map(([, colors = '']) => colors)) {
      const color = (name: string) => {
        const hex = new RegExp(`--${name}:#(\\w+)`).exec(theme)?.[1] ?? '';
        return `#${hex.length === 3 ? hex.replaceAll(/./g, '$&$&') : hex}`;
      };
      for (const text of ['ink', 'soft', 'link']) {
        for (const paper of ['paper', 'card']) expect(contrast(color(text), color(paper))).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(color('ink'), color('badpaper'))).toBeGreaterThanOrEqual(4.5);
      for (const paper of ['paper', 'card']) expect(contrast(color('line'), color(paper))).toBeGreaterThanOrEqual(3);
    }
  });

  it('are declared, or none at all', () => {
    expect(brandStyle('red;}body{display:none')).toBe(brandStyle());
    expect(brandStyle('#12ab9F')).toContain('--brand:#12ab9F');
  });
});

describe('the language of a page', () => {
  const offered = ['en', 'de', 'sw'] as const;

  it.each([
    [undefined, undefined, 'en'],
    [undefined, 'de-AT,de;q=0.9,en;q=0.8', 'de'],
    [undefined, 'fr, sw;q=0.3, en;q=0.2', 'sw'],
    [undefined, 'en;q=0, de;q=0.1', 'de'],
    ['sw', 'de', 'sw'],
    ['fr', 'de', 'de'],
    [undefined, '*', 'en'],
    [undefined, `;;;,,q=1,${'x'.repeat(5000)}`, 'en'],
  ] as const)('asked %s, preferred %s: %s', (asked, header, language) => {
    expect(chooseLanguage(offered, asked, header)).toBe(language);
  });
});
