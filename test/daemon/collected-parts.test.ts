import { describe, expect, it } from 'vitest';
import { partJoiner, partsOf } from '../../src/daemon/collected-parts.ts';
import { collectText } from '../../src/manifest/load-manifest.ts';

const list = (count: number) => `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
defaults: {service: home}
items:
${Array.from({ length: count }, (_, at) => `  - {name: s-${at}, username: s-${at}, password: pw-${at}}\n`).join('')}`;

describe('what a file declares, handed over in parts', () => {
  it('is the same when they are put together, however many there are', () => {
    const files = [0, 1, 499, 500, 501, 1700].map((count) => ({
      path: `${count}.yaml`,
      text: list(count),
      layers: [],
    }));
    const join = partJoiner();

    const parts = [...partsOf(files, ({ path, text }) => collectText(path, text))];
    const whole = parts.flatMap((part) => join(structuredClone(part)) ?? []);

    expect(whole).toEqual(files.map(({ path, text }) => collectText(path, text)));
    expect(Math.max(...parts.map(({ subscribers }) => subscribers.length))).toBe(500);
  });
});
