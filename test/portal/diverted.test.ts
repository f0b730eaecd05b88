import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Diverted } from '../../src/model/diverted.ts';
import { allLanguages, textsIn } from '../../src/portal/language.ts';
import { PortalLab, site } from './support.ts';

interface Shown {
  readonly status: number | undefined;
  readonly page: string;
}

/** What a browser sees that asked `host` for a path, and was brought here. */
function asked(lab: PortalLab, host: string, path: string, language = 'en'): Promise<Shown> {
  const { hostname, port } = new URL(lab.url);
  const headers = { host, 'accept-language': language };
  return new Promise((resolve, reject) => {
    get({ host: hostname, port, path, headers }, (response) => {
      let page = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (page += part));
      response.on('end', () => resolve({ status: response.statusCode, page }));
    }).on('error', reject);
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
  ])('SPL-19: meets the page of the site, whatever he asked %s for', async (host, path) => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended } });

    const { status, page } = await asked(lab, host, path);

    expect(status).toBe(200);
    expect(page).toContain(words.suspended);
    expect(page).toContain('Café Blue');
    expect(page).toContain('+49 30 1234');
  });

  it.each(allLanguages)('is told in his language that nobody knows his device: %s', async (language) => {
    const diverted = (): Diverted => ({ site: 'cafe', why: 'unknown-device' });
    await using lab = await PortalLab.start([site({ languages: allLanguages })], { deps: { diverted } });

    const { page } = await asked(lab, 'example.com', '/', language);

    expect(page).toContain(textsIn[language].messages['unknown-device']);
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

  it('for a page of ours is that page', async () => {
    await using lab = await PortalLab.start([site()], { deps: { diverted: suspended } });

    const { page } = await asked(lab, 'example.com', '/p/cafe');

    expect(page).not.toContain(words.suspended);
  });
});
