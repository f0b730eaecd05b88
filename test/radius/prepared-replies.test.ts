import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoginLimits } from '../../src/directory/reader.ts';
import { type NasWords, prepareReply } from '../../src/radius/reply/access-accept.ts';
import { preparedReplies } from '../../src/radius/reply/prepared-replies.ts';

const lists = [['customers'], ['customers', 'night']] as const;
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const limits: fc.Arbitrary<LoginLimits> = fc
  .record({
    rateLimit: optional(fc.constantFrom('1M/4M', '2M/8M')),
    rate: optional(fc.constantFrom({ up: 1e6, down: 4e6 }, { up: 1e6, down: 8e6 }, { up: 2e6, down: 4e6 })),
    interimSeconds: fc.constantFrom(60, 120),
    idleTimeoutSeconds: optional(fc.constantFrom(60, 600)),
    address: optional(fc.oneof(fc.ipV4(), fc.constantFrom('10.0.0.255', '0.0.0.0'))),
    pool: optional(fc.constantFrom('home', 'office')),
    sessions: optional(fc.constantFrom(1, 2)),
    addressLists: optional(fc.constantFrom(...lists)),
    routes: optional(fc.constantFrom(['192.0.2.0/24'])),
    ipv6: optional(fc.constant({ prefix: '2001:db8::/64' })),
    attributes: fc.constantFrom([], [], [{ name: 'Filter-Id', value: 'a' }], [{ name: 'Framed-Pool', value: 'b' }]),
    page: optional(fc.constant({ list: 'suspended', url: 'https://example.net/pay' })),
    saidElsewhere: optional(fc.constant(true as const)),
  })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never);

const places: readonly NasWords[] = [
  { profile: 'mikrotik' },
  { profile: 'generic' },
  { profile: 'omada' },
  { profile: 'generic', redirect: 'filter' },
  { profile: 'omada', redirect: 'url' },
];

/** As a decision about it is told. */
function told({ summary, ownAddress }: { summary: string; ownAddress?: true }, { address }: LoginLimits): string {
  return ownAddress === true ? summary.replace('Framed-IP-Address=', `Framed-IP-Address=${address}`) : summary;
}

describe('replies that are prepared once for many', () => {
  it('say for each what one made for it alone says', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(limits, fc.constantFrom(...places)), { minLength: 2 }), (logins) => {
        const prepared = preparedReplies();

        for (const [granted, nas] of logins) {
          const shared = prepared(granted, nas);
          const alone = prepareReply(granted, nas);

          expect(Buffer.from(shared.encoded)).toEqual(Buffer.from(alone.encoded));
          expect(Buffer.from(shared.mark)).toEqual(Buffer.from(alone.mark));
          expect(told(shared, granted)).toBe(alone.summary);
          expect(shared.hidden).toEqual(alone.hidden);
        }
      }),
    );
  });

  it('are one for logins that differ in their address alone', () => {
    const prepared = preparedReplies();
    const of = (address: string) => ({ rateLimit: '1M/4M', interimSeconds: 60, address, attributes: [] });

    const first = prepared(of('192.0.2.1'), { profile: 'mikrotik' });
    const second = prepared(of('192.0.2.2'), { profile: 'mikrotik' });

    expect(second).toBe(first);
  });
});
