import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { directoryRows, loginOf, nasOf } from '../../src/directory/rows.ts';
import type { Model } from '../../src/model/model.ts';
import { document, modelOf, operator, router, service } from '../support/manifest.ts';

const client = `    clients:
      - {name: wlan, clientAddress: 198.51.100.0/24, nasIdentifier: ap, secret: a-shared-secret-of-32-characters!, profile: generic}
`;
const office = document(
  'Service',
  'office',
  `access: [pppoe]
rate: {down: 100M, up: 50M, burst: {down: 200M, up: 100M, seconds: 8}, guaranteed: {down: 10M, up: 5M}, priority: 2}
sessions: {timeout: 12h, idleTimeout: 10m, interim: 5m}
attributes: [{name: Mikrotik-Address-List, value: offices}]`,
);

function networkOf(...documents: readonly string[]): Model {
  return modelOf({ 'network.yaml': [`${operator}${client}`, router, service, office, ...documents].join('---\n') });
}

function subscriber(name: string, more: string): string {
  return document('Subscriber', name, `username: ${name}\npassword: hunter2\n${more}`);
}

function loginFor(more: string) {
  const [row] = directoryRows(networkOf(subscriber('anna', more)));
  return row === undefined ? undefined : loginOf(row);
}

describe('the login of a subscriber', () => {
  it('carries what an Access-Accept is made of', () => {
    expect(loginFor('service: office\nrouter: core-1\naddress: 10.0.0.250')).toEqual({
      username: 'anna',
      subscriber: 'anna',
      service: 'office',
      password: expect.any(Secret),
      state: 'active',
      radius: true,
      limits: {
        rateLimit: '50M/100M 100M/200M 50M/100M 8/8 2 5M/10M',
        rate: { up: 50_000_000, down: 100_000_000 },
        sessionTimeoutSeconds: 43_200,
        idleTimeoutSeconds: 600,
        interimSeconds: 300,
        address: '10.0.0.250',
        attributes: [{ name: 'Mikrotik-Address-List', value: 'offices' }],
      },
    });
  });

  it('IW-08: takes 120 s between interim updates where nothing is said', () => {
    expect(loginFor('service: home-20')?.limits.interimSeconds).toBe(120);
  });

  it('has the pool of its service only without an address of its own', () => {
    expect(loginFor('service: home-20')?.limits).toMatchObject({ pool: 'home' });
    expect(loginFor('service: home-20\nrouter: core-1\naddress: 10.0.0.250')?.limits).not.toHaveProperty('pool');
  });

  it('keeps state, reason and expiry', () => {
    const login = loginFor('service: home-20\nstate: suspended\nreason: unpaid\nexpires: "2030-01-01T00:00:00Z"');

    expect(login).toMatchObject({ state: 'suspended', reason: 'unpaid', expires: Date.UTC(2030, 0, 1) });
  });

  it('is there for a local subscriber, who may not log in by RADIUS', () => {
    expect(loginFor('service: home-20\nrouter: core-1\nauth: local')).toMatchObject({ radius: false });
  });

  it('has no field missing and none that is undefined, so that a row can be kept as text', () => {
    for (const row of directoryRows(networkOf(subscriber('anna', 'service: home-20')))) {
      for (const value of Object.values(row.fields))
        expect(typeof value === 'string' || value instanceof Secret).toBe(true);
    }
  });
});

describe('the NAS of a network', () => {
  const nas = directoryRows(networkOf())
    .filter((row) => row.menu === 'nas')
    .map(nasOf);

  it('are the routers, and clients that are none', () => {
    expect(nas).toMatchObject([
      { name: 'wlan', clientAddress: '198.51.100.0/24', nasIdentifier: 'ap', profile: 'generic', coaPort: 3799 },
      { name: 'core-1', clientAddress: '192.0.2.11', nasIdentifier: 'core-1', profile: 'mikrotik', router: 'core-1' },
    ]);
    expect(nas[0]).not.toHaveProperty('router');
  });

  it('come after the logins, so that nobody is unknown while the directory fills', () => {
    const menus = directoryRows(networkOf(subscriber('anna', 'service: home-20'))).map((row) => row.menu);

    expect(menus).toEqual(['login', 'nas', 'nas']);
  });
});
