import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { Directory } from '../../src/directory/directory.ts';
import type { Login, LoginLimits } from '../../src/directory/reader.ts';
import { hoursOf, hoursText } from '../../src/model/hours.ts';

const hours = hoursOf(hoursText([{ days: [1], from: 60, till: 120 }], 'UTC'));
const value = fc.oneof(
  fc.constant('guests'),
  fc.constantFrom('one', 'two').map((text) => new Secret(text)),
);
const limits = fc.record(
  {
    interimSeconds: fc.constantFrom(120, 300),
    rateLimit: fc.constantFrom('5M/20M', '1M/2M'),
    hours: fc.constant(hours),
    address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
    pool: fc.constant('dyn'),
    routes: fc.constant(['10.9.0.0/16 0.0.0.0 1']),
    ipv6: fc.constantFrom({ prefixPool: 'six' }, { prefix: '2001:db8::/64' }, { delegated: '2001:db8:1::/56' }),
    attributes: fc.array(fc.record({ name: fc.constant('Class'), value }, { noNullPrototype: true }), { maxLength: 2 }),
  },
  { requiredKeys: ['interimSeconds', 'attributes'], noNullPrototype: true },
) as fc.Arbitrary<LoginLimits>;

function login(username: string, of: LoginLimits): Login {
  const common = { subscriber: username, service: 'home', access: ['pppoe' as const], state: 'active' as const };
  return { ...common, username, password: new Secret('pw'), radius: true, limits: of };
}

/** Secrets in clear: two of them are the same to a matcher, whatever they hold. */
function said({ limits: { attributes, ...rest } }: Login): unknown {
  const shown = attributes.map(({ name, value: of }) => [name, of instanceof Secret ? of.reveal() : of]);
  return { ...rest, shown };
}

describe('logins whose limits are kept once where they are alike', () => {
  it('say what they said, secrets and all', () => {
    fc.assert(
      fc.property(fc.array(limits, { maxLength: 6 }), (all) => {
        const directory = new Directory();
        const logins = all.map((each, at) => login(`user-${at}`, each));
        for (const each of logins) directory.putLogin(each);

        for (const each of logins) {
          const kept = directory.login(each.username);
          expect(kept).toStrictEqual(each);
          expect(kept && said(kept)).toEqual(said(each));
        }
      }),
    );
  });

  it('are one object where nothing is their own, and share the rest where an address is', () => {
    const directory = new Directory();
    const rate = () => ({ rateLimit: '5M/20M', rate: { up: 5, down: 20 }, interimSeconds: 120, attributes: [] });
    directory.putLogin(login('anna', rate()));
    directory.putLogin(login('berta', rate()));
    directory.putLogin(login('carl', { ...rate(), address: '10.0.0.1' }));

    const [anna, berta, carl] = ['anna', 'berta', 'carl'].map((name) => directory.login(name));

    expect(anna?.limits).toBe(berta?.limits);
    expect(carl?.limits.rate).toBe(anna?.limits.rate);
    expect(carl?.access).toBe(anna?.access);
  });
});
