import { describe, expect, it } from 'vitest';
import { type FileCache, loadManifest } from '../../src/manifest/load-manifest.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

const service = (down: string) => `apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: ${down}, up: 5M}}
`;
const anna = `apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: anna}
spec: {service: home, username: anna, password: pw-anna-000001}
`;

function load(files: Readonly<Record<string, string>>, cache?: FileCache) {
  return loadManifest(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    { secrets: secretResolver({ env: {} }), mode: 'use', ...(cache === undefined ? {} : { cache }) },
  );
}

describe('loading again with what was read before', () => {
  it('gives what reading everything anew gives, through changes, mistakes and removals', () => {
    const cache: FileCache = new Map();
    const states = [
      { 'a.yaml': service('20M'), 'b.yaml': anna },
      { 'a.yaml': service('40M'), 'b.yaml': anna },
      { 'a.yaml': service('fast'), 'b.yaml': anna },
      { 'a.yaml': 'kind: [', 'b.yaml': anna },
      { 'b.yaml': anna },
      { 'a.yaml': service('40M'), 'b.yaml': anna },
    ];

    for (const files of states) expect(load(files, cache)).toEqual(load(files));

    expect([...cache.keys()].sort()).toEqual(['a.yaml', 'b.yaml']);
  });

  it('reads only what changed', () => {
    const cache: FileCache = new Map();
    load({ 'a.yaml': service('20M'), 'b.yaml': anna }, cache);
    const kept = cache.get('b.yaml');

    load({ 'a.yaml': service('40M'), 'b.yaml': anna }, cache);

    expect(cache.get('b.yaml')).toBe(kept);
  });
});
