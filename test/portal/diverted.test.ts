import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Diverted } from '../../src/model/diverted.ts';
import { allLanguages, textsIn } from '../../src/portal/language.ts';
import { PortalLab, site } from './support.ts';

interface Shown {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly cached: string | undefined;
  readonly page: string;
}

interface Asking {
  readonly language?: string;
  readonly method?: string;
}

/** What a browser hears that asked `host` for a path, and was brought here. */
function asked(lab: PortalLab, host: string, path: string, { language = 'en', method }: Asking = {}): Promise<Shown> {
  const { hostname, port } = new URL(lab.url);
  const headers = { host, 'accept-language': language };
  const to = { host: hostname, port, path, headers, ...(method === undefined ? {} : { method }) };
  return new Promise((resolve, reject) => {
    request(to, (response) => {
      let page = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (page += part));
      response.on('end', () => {
        const { location, 'cache-control': cached } = response.headers;
        resolve({ status: response.statusCode, location, cached, page });
      });
    })
      .on('error', reject)
      .end();
  });
}

const suspended = (): Diverted => ({ site: 'cafe', why: 'suspended' });
const words = textsIn.en.messages;

describe('somebody whose router brought him here in place of what he asked for', () => {
  it.each([
    ['connectivitycheck.gstatic.com', '/generate_204'],
    ['example.com', '/'],
    ['example.com:8080', '/some/page?of=it'],
    ['203.0.113.9', '/'],
  ])('SPL-19: IS-03: is sent on to the page of the site, whatever he asked %s for', async (host, path) => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended } });

    const answers = [await asked(lab, host, path), await asked(lab, host, path, { method: 'HEAD' })];

    for (const { status, location, cached } of answers) {
      expect({ status, location, cached }).toEqual({
        status: 302,
        location: `${lab.url}/p/cafe/suspended`,
        cached: 'no-store',
      });
    }
    expect(answers[0]?.page).toContain(words.suspended);
  });

  it('is told there why he is here and whom to ask, once and for all', async () => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended } });

    const { status, page } = await asked(lab, new URL(lab.url).host, '/p/cafe/suspended');

    expect(status).toBe(200);
    expect(page).toContain(words.suspended);
    expect(page).toContain('Café Blue');
    expect(page).toContain('+49 30 1234');
    expect(page).toContain('/p/cafe/suspended?lang=de');
  });

  it('meets the page at once where the portal has no name of its own', async () => {
    const settings = () => ({ trustedProxies: [] });
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended, settings } });

    const { status, page } = await asked(lab, 'example.com', '/generate_204');

    expect(status).toBe(200);
    expect(page).toContain(words.suspended);
  });

  it.each(allLanguages)('is told in his language that nobody knows his device: %s', async (language) => {
    const diverted = (): Diverted => ({ site: 'cafe', why: 'unknown-device' });
    await using lab = await PortalLab.start([site({ languages: allLanguages })], { deps: { diverted } });

    const { location, page } = await asked(lab, 'example.com', '/', { language });
    const shown = await asked(lab, new URL(lab.url).host, '/p/cafe/unknown-device', { language });

    expect(location).toBe(`${lab.url}/p/cafe/unknown-device`);
    for (const text of [page, shown.page]) expect(text).toContain(textsIn[language].messages['unknown-device']);
  });

  it('sees the portal itself when he asks for it', async () => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended } });
    const own = new URL(lab.url).host;
    lab.publicUrl = 'https://portal.example';

    const shown = [
      await asked(lab, own, '/'),
      await asked(lab, 'portal.example', '/'),
      await asked(lab, own, '/nowhere'),
    ];

    expect(shown.map(({ status }) => status)).toEqual([200, 200, 404]);
    for (const { page } of shown) expect(page).not.toContain(words.suspended);
  });
});

describe('a request in the name of another place', () => {
  it('of somebody who is to meet no page is answered as ever', async () => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: () => undefined } });

    const [root, other] = [await asked(lab, 'example.com', '/'), await asked(lab, 'example.com', '/x')];

    expect([root.status, other.status]).toEqual([200, 404]);
    expect(root.page).toContain(words['how-to-join']);
  });

  it('is no look for a way online when it carries something', async () => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended } });

    expect((await asked(lab, 'example.com', '/news', { method: 'POST' })).status).toBe(404);
  });

  it('hears that nothing is here when its site is gone', async () => {
    await using lab = await PortalLab.start([], { deps: { diverted: suspended } });

    expect((await asked(lab, 'example.com', '/news')).status).toBe(404);
  });

  it('for a page of ours is that page', async () => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended } });

    const { page } = await asked(lab, 'example.com', '/p/cafe');

    expect(page).not.toContain(words.suspended);
  });
});
