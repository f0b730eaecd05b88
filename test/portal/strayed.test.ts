import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PortalLab } from './support.ts';

/** What a browser hears that asked for a page of somebody else's, and was sent here by its router. */
async function heard(lab: PortalLab, host: string, path: string): Promise<string> {
  const socket = connect(lab.port, '127.0.0.1');
  socket.setEncoding('utf8');
  socket.end(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let text = '';
  socket.on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

describe('a browser that a router sends to the portal', () => {
  it.each(['/', '/generate_204', '/news?id=7'])('IS-03: is told the page of its site, asking for %s', async (path) => {
    await using lab = await PortalLab.start(undefined, { deps: { strayed: () => 'cafe' } });

    const answer = await heard(lab, 'news.example', path);

    expect(answer).toMatch(/^HTTP\/1\.1 302 /);
    expect(answer).toContain(`\r\nlocation: ${lab.url}/p/cafe\r\n`);
    expect(answer).toContain('\r\ncache-control: no-store\r\n');
  });

  it('is not sent round in circles, nor away from a page that is here', async () => {
    await using lab = await PortalLab.start(undefined, { deps: { strayed: () => 'cafe' } });

    expect(await heard(lab, new URL(lab.url).host, '/nowhere')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await heard(lab, 'news.example', '/p/cafe')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('hears that nothing is here where no router sends any, or to a site that is gone', async () => {
    await using lab = await PortalLab.start(undefined, { deps: { strayed: () => 'gone' } });
    await using other = await PortalLab.start();

    expect(await heard(lab, 'news.example', '/news')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await heard(other, 'news.example', '/news')).toMatch(/^HTTP\/1\.1 404 /);
  });
});
