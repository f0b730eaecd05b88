import { describe, expect, it } from 'vitest';
import { document, errorsOf, lines, load, modelOf, operator, router } from '../support/manifest.ts';

const service = document('Service', 'home', 'access: [pppoe]\naddress: {pool: home}');
const files = (lock: string, more = '', isp = operator) => ({
  'isp.yaml': [isp, router, service].join('---\n'),
  'anna.yaml': document('Subscriber', 'anna', `service: home\nusername: anna\npassword: x\nlock: ${lock}\n${more}`),
});

describe('a lock', () => {
  it('is read as declared, one or a list', () => {
    const lockOf = (lock: string) => modelOf(files(lock)).subscriptions[0]?.lock;

    expect(lockOf('{mac: "0c42.a100.0001", nas: core-1, port: ether7, circuitId: "1/2"}')).toEqual({
      macs: ['0C:42:A1:00:00:01'],
      nas: ['core-1'],
      port: 'ether7',
      circuitId: '1/2',
    });
    expect(lockOf('{mac: ["0C:42:A1:00:00:01", "0C:42:A1:00:00:02"]}')?.macs).toHaveLength(2);
  });

  it('may name a RADIUS client', () => {
    const client = 'clients: [{name: olt, clientAddress: 192.0.2.8, secret: "a secret of thirty-two symbols xx"}]';
    const isp = operator.replace('  radius:\n', `  radius:\n    ${client}\n`);

    expect(errorsOf(load(files('{nas: olt}', '', isp)))).toEqual([]);
  });

  it.each([
    ['{}', 'LM_OUT_OF_RANGE'],
    ['{mac: somewhere}', 'LM_MAC "somewhere" is no MAC address'],
    ['{nas: core-2}', 'LM_UNKNOWN_REFERENCE no Router is called "core-2"'],
  ])('is refused as %s', (lock, words) => {
    expect(errorsOf(load(files(lock)))).toEqual([expect.stringContaining(words)]);
  });

  it('is for RADIUS: a router that lets in by itself does not look', () => {
    expect(errorsOf(load(files('{nas: core-1}', 'auth: local\nrouter: core-1')))).toEqual([
      expect.stringContaining('LM_NOT_POSSIBLE a router that lets "anna" in by itself does not hold it to its lock'),
    ]);
    expect(lines(load(files('{nas: core-1}', 'auth: hybrid\nrouter: core-1')))).toContainEqual(
      expect.stringContaining('LM_NO_EFFECT_LOCALLY'),
    );
  });
});

describe('what a router cannot hold to by itself', () => {
  it.each([
    'devices: {max: 1}',
    'sessions: {max: 1, whenExceeded: replace-oldest}',
    'windows: [{from: "06:00", till: "22:00"}]',
  ])('is refused for local logins: %s', (spec) => {
    const local = document('Service', 'home', `access: [pppoe]\nauth: local\n${spec}`);
    const anna = document('Subscriber', 'anna', 'service: home\nusername: anna\npassword: x\nrouter: core-1');

    expect(errorsOf(load({ 'all.yaml': [operator, router, local, anna].join('---\n') }))).toEqual([
      expect.stringContaining('LM_NOT_POSSIBLE'),
    ]);
  });
});
