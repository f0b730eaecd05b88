import { describe, expect, it } from 'vitest';
import { asOf, nextChangeAfter } from '../../src/model/as-of.ts';
import { document, modelOf, operator, router, service } from '../support/manifest.ts';

const at = (text: string) => Date.parse(text);

function subscriber(name: string, more: string): string {
  return document('Subscriber', name, `service: home-20\nusername: ${name}\npassword: x\n${more}`);
}

const model = modelOf({
  'network.yaml': [
    operator,
    router,
    service,
    subscriber('anna', 'expires: "2026-03-01T00:00:00Z"'),
    subscriber('ben', 'expires: "2026-02-01T00:00:00Z"'),
    subscriber('carla', 'state: disabled\nreason: moved\nexpires: "2026-01-15T00:00:00Z"'),
    subscriber('daudi', ''),
  ].join('---\n'),
});

describe('a model at a moment', () => {
  it('is the very same until something expires', () => {
    expect(asOf(model, at('2026-01-31T23:59:59.999Z'))).toBe(model);
  });

  it('has those suspended whose time has come, from that millisecond on, and nobody else', () => {
    const { subscriptions } = asOf(model, at('2026-02-01T00:00:00Z'));

    expect(subscriptions.map(({ username, state, reason }) => [username, state, reason])).toEqual([
      ['anna', 'active', undefined],
      ['ben', 'suspended', 'expired'],
      ['carla', 'disabled', 'moved'],
      ['daudi', 'active', undefined],
    ]);
  });

  it('IS-02: knows when it changes next', () => {
    expect(nextChangeAfter(model, at('2026-01-01T00:00:00Z'))).toBe(at('2026-02-01T00:00:00Z'));
    expect(nextChangeAfter(model, at('2026-02-01T00:00:00Z'))).toBe(at('2026-03-01T00:00:00Z'));
    expect(nextChangeAfter(model, at('2026-03-01T00:00:00Z'))).toBeUndefined();
  });
});
