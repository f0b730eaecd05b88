import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/manifest/load-manifest.ts';
import { placeInItem } from '../../src/manifest/place-in-item.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

const head = `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: people}
`;
/** Ways to write an item of a list, whose service is `nope-N`. */
const styles: readonly ((name: string) => string)[] = [
  (n) => `  - {name: p-${n}, username: u-${n}, service: nope-${n}, password: pw}\n`,
  (n) => `  - {name: p-${n}, password: pw,\n     service: "nope-${n}",\n     username: u-${n}}\n`,
  (n) => `  - name: p-${n}\n    username: u-${n}\n    password: pw\n    service: 'nope-${n}'\n`,
  (n) => `  -   name: p-${n}\n      username: u-${n}\n      password: pw\n      service: nope-${n} # what is that\n`,
  (n) => `  - name: p-${n}\n# at the margin\n    username: u-${n}\n    password: pw\n\n    service: nope-${n}\n`,
  (n) => `  -\n    name: p-${n}\n    username: u-${n}\n    password: pw\n    service: nope-${n}\n`,
  (n) => `  - name: p-${n}\r\n    username: u-${n}\r\n    password: pw\r\n    service: nope-${n}\r\n`,
  (n) => `  - name: p-${n}\n    username: u-${n}\n    password: pw\n    services: [{name: tv, service: nope-${n}}]\n`,
  (n) => `  - name: &n${n} p-${n}\n    username: *n${n}\n    password: pw\n    service: nope-${n}\n`,
];

describe('a field of an item of a list', () => {
  it('is told with its place, however items are written', () => {
    const items = fc.array(fc.constantFrom(...styles), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(items, fc.constantFrom('', '\ufeff'), fc.constantFrom('', '  # the end\n'), (all, mark, end) => {
        const names = all.map((_, at) => String.fromCharCode(97 + at));
        const text = `${mark}${head}items:\n${all.map((style, at) => style(names[at] ?? '')).join('')}${end}`;

        const { issues } = loadManifest([{ path: 'people.yaml', text }], {
          secrets: secretResolver({ env: {} }),
          mode: 'validate',
        });

        const told = issues
          .filter(({ code }) => code === 'LM_UNKNOWN_REFERENCE')
          .map((each) => [each.line, each.column]);
        const mixed = all.map((_, at) => names[at] ?? '').filter((_, at) => all[at] !== styles[7]);
        expect(told).toEqual(expect.arrayContaining(mixed.map((name) => placeOf(text, `nope-${name}`))));
      }),
    );
  });

  it('is not looked for in the lines of the item where its list gives it', () => {
    const text = `${head}defaults: {service: nope}\nitems:\n  - {name: anna}\n`;

    expect(placeInItem('people.yaml', text, 6, ['spec', 'service'])).toBeUndefined();
    expect(placeInItem('people.yaml', text, 6, ['metadata', 'name'])).toBeUndefined();
  });
});

/** Of a word, or of the quotation mark in front of it. */
function placeOf(text: string, word: string): readonly [number, number] {
  const plain = text.replace('\ufeff', '');
  const at = plain.search(new RegExp(`['"]?${word}`));
  const before = plain.slice(0, at).split('\n');
  return [before.length, (before.at(-1)?.length ?? 0) + 1];
}
