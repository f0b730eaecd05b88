import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownMenus } from '../../../src/routeros/config/known-menus.ts';
import {
  bitrate,
  date,
  grantedSet,
  kibibytes,
  negatable,
  pairOf,
  prefix,
  prefixSet,
  queueTargets,
  timeOfDay,
  withWithdrawn,
} from '../../../src/routeros/config/values.ts';

/** Text as operators and routers write it, and any other. */
const spelling = fc.oneof(
  fc.string(),
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, length]) => `${address}/${length}`),
  fc.tuple(fc.ipV6(), fc.nat(128)).map(([address, length]) => `${address}/${length}`),
  fc.array(fc.ipV4(), { maxLength: 3 }).map((list) => list.join(', ')),
  fc
    .tuple(fc.nat(99), fc.constantFrom('k', 'M', 'G', '', 's', 'm', 'KiB', 'MiB'))
    .map(([value, unit]) => `${value}${unit}`),
  fc.tuple(fc.nat(99), fc.nat(99)).map(([up, down]) => `${up}M/${down}k`),
  fc.constantFrom('yes', 'true', 'no', 'none', 'jun/30/2025', '3:15', '1d00:10:00', '!10.0.0.1/32', 'read,!write'),
);

describe('a value of a known menu', () => {
  const canonical = new Map(
    [...knownMenus.values()].flatMap(({ path, fields }) =>
      Object.entries(fields).flatMap(([name, field]) =>
        field.canonical === undefined ? [] : [[`${path} ${name}`, field.canonical] as const],
      ),
    ),
  );

  it('that was brought to one form stays in it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...canonical.entries()), spelling, ([, form], text) => {
        expect(form(form(text))).toBe(form(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('spellings of one value', () => {
  it.each([
    ['speeds', bitrate, ['10M', '10000000', '10000k']],
    ['speeds of two directions', pairOf(bitrate), ['10M', '10M/10M', '10000000/10000000']],
    ['sizes', kibibytes, ['2048', '2048KiB', '2MiB']],
    ['targets', queueTargets, ['10.0.0.5', '10.0.0.5/32']],
    ['prefixes', prefixSet, ['10.0.0.5,10.0.0.0/8', '10.0.0.0/8, 10.0.0.5/32']],
    ['IPv6 prefixes', prefix, ['2001:DB8:0:0::/64', '2001:db8::/64']],
    ['what a rule must not match', negatable(prefix), ['!10.0.0.5', '! 10.0.0.5/32']],
    ['dates', date, ['jun/30/2025', '2025-06-30']],
    ['times of day', timeOfDay, ['3:15', '03:15:00']],
    ['rights', grantedSet, ['read,api,!write', 'api,read', 'read,api,!ftp,!policy']],
  ])('%s are one', (_what, form, spellings) => {
    expect(new Set(spellings.map(form)).size).toBe(1);
  });

  it('rights that a group must not keep are withdrawn', () => {
    expect(withWithdrawn('api,read', 'api,write,ftp')).toBe('api,read,!write,!ftp');
  });
});
