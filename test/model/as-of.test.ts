import { describe, expect, it } from 'vitest';
import { asOf, changedByClock, nextChangeAfter } from '../../src/model/as-of.ts';
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

describe('a service with grace', () => {
  const overdue = modelOf({
    'network.yaml': [
      operator,
      router,
      document('Service', 'home-20', 'access: [pppoe]\naddress: {pool: home}\ngrace: 3d'),
      subscriber('anna', 'expires: "2026-03-01T00:00:00Z"'),
    ].join('---\n'),
  });

  it('ends when the grace is over, and not before', () => {
    expect(nextChangeAfter(overdue, at('2026-02-01T00:00:00Z'))).toBe(at('2026-03-04T00:00:00Z'));
    expect(asOf(overdue, at('2026-03-03T23:59:59Z'))).toBe(overdue);
    expect(asOf(overdue, at('2026-03-04T00:00:00Z')).subscriptions[0]).toMatchObject({ state: 'suspended' });
  });
});

describe('a service with other speeds at certain times', () => {
  const nightly = modelOf({
    'network.yaml': [
      operator,
      router,
      service.replace(
        'access: [pppoe]',
        'access: [pppoe]\n  windows: [{from: "22:00", till: "06:00", rate: {down: 50M, up: 10M}}]',
      ),
      subscriber('anna', ''),
      subscriber('ben', 'auth: local\nrouter: core-1'),
    ].join('---\n'),
  });
  const downAt = (text: string) => asOf(nightly, at(text)).subscriptions.map((each) => each.service.rate?.down);

  it('has the speed of the window while it is open', () => {
    expect(downAt('2026-02-01T21:59:59Z')).toEqual([20e6, 20e6]);
    expect(downAt('2026-02-01T22:00:00Z')).toEqual([50e6, 50e6]);
    expect(asOf(nightly, at('2026-02-01T23:00:00Z')).services[0]?.rate).toEqual({ down: 50e6, up: 10e6 });
    expect(downAt('2026-02-02T06:00:00Z')).toEqual([20e6, 20e6]);
  });

  it('IS-02: is known to change, and where', () => {
    expect(nextChangeAfter(nightly, at('2026-02-01T12:00:00Z'))).toBe(at('2026-02-01T22:00:00Z'));
    expect(nextChangeAfter(nightly, at('2026-02-01T22:00:00Z'))).toBe(at('2026-02-02T06:00:00Z'));
    const [since, now] = [at('2026-02-01T22:00:00Z'), at('2026-02-01T22:00:01Z')];
    expect(changedByClock(nightly, since, now)).toMatchObject({ routers: new Set(['core-1']), isPaced: true });
    expect(changedByClock(nightly, since + 1000, now + 1000)).toMatchObject({ routers: new Set(), isPaced: false });
  });
});
