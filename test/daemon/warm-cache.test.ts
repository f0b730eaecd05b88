import { describe, expect, it } from 'vitest';
import { type FileCache, loadManifest } from '../../src/manifest/load-manifest.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

// The thread runs built code, so the built module is what is tested.
const built = new URL('../../dist/daemon/warm-cache.js', import.meta.url).href;
const { ReadingThread } = (await import(built)) as typeof import('../../src/daemon/warm-cache.ts');

const list = (file: number, count: number) => ({
  path: `list-${file}.yaml`,
  text: `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: list-${file}}
defaults: {service: home}
items:
${Array.from({ length: count }, (_, at) => `  - {name: s-${file}-${at}, username: s-${file}-${at}, password: pw-${file}-${at}, raeson: x}\n`).join('')}`,
});
const service = {
  path: 'service.yaml',
  text: 'apiVersion: lastmile/v1\nkind: Service\nmetadata: {name: home}\nspec: {access: [pppoe]}\n',
};

function load(files: readonly { path: string; text: string }[], cache: FileCache) {
  return loadManifest(files, { secrets: secretResolver({ env: {} }), mode: 'use', cache });
}

describe('files read in a thread of its own', () => {
  it('say what they say when read in place', async () => {
    const files = [service, list(1, 600), list(2, 900), { path: 'broken.yaml', text: 'kind: [' }];
    const cache: FileCache = new Map();

    using thread = new ReadingThread();
    await thread.warm(files, cache);
    const warmed = [...cache.keys()].sort();
    const byThread = load(files, cache);

    expect(warmed).toEqual(files.map(({ path }) => path).sort());
    expect(byThread).toEqual(load(files, new Map()));
  });

  it('are only those that changed', async () => {
    const cache: FileCache = new Map();
    using thread = new ReadingThread();
    await thread.warm([list(1, 900), list(2, 900)], cache);
    const kept = cache.get('list-1.yaml');

    await thread.warm([list(1, 900), list(2, 2000)], cache);

    expect(cache.get('list-1.yaml')).toBe(kept);
    expect(cache.get('list-2.yaml')?.collected.subscribers).toHaveLength(2000);
    expect(cache.get('list-2.yaml')?.text).toBe(list(2, 2000).text);
  });

  it('leave the event loop free meanwhile', async () => {
    let turns = 0;
    const count = setInterval(() => {
      turns += 1;
    }, 1);

    using thread = new ReadingThread();
    await thread.warm([list(1, 5000)], new Map());
    clearInterval(count);

    expect(turns).toBeGreaterThan(20);
  });
});
