import { describe, expect, it } from 'vitest';
import { load } from '../support/manifest.ts';

const all = `rate: {down: 20M, up: 5M, burst: {down: 40M, up: 10M, seconds: 8}, guaranteed: {down: 2M, up: 1M}, priority: 4}
  address: {pool: homes}
  connections: 500
  onSuspend: {redirect: {addressList: late}}`;

/** Fields of the service that are warned about, with the words. */
function warnings(clients: string, spec = `access: [pppoe, hotspot]\n  ${all}`): Readonly<Record<string, string>> {
  const { issues } = load({
    'isp.yaml': `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec: {masterKey: {env: LASTMILE_SECRET_MASTER}, radius: {clients: [${clients}]}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec:
  ${spec}
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec: {address: 192.0.2.200, pools: [{name: homes, ranges: [10.0.0.2-10.0.0.99]}]}
`,
  });
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  const found = issues.filter(({ code }) => code === 'LM_NAS_CANNOT').map(({ message }) => message);
  return Object.fromEntries(found.map((message) => [/"([^"]+)"/.exec(message)?.[1] ?? '', message]));
}

const client = (name: string, more = '') =>
  `{name: ${name}, clientAddress: 192.0.2.${name.length}, secret: {derive: 1}${more}}`;

describe('a service that asks for more than a NAS can be told', () => {
  it('IS-03, IS-04: is warned about, by service and NAS, where it asks', () => {
    const found = warnings(`${client('wlan')}, ${client('tower')}`);

    expect(Object.keys(found).sort()).toEqual(['connections', 'onSuspend.redirect', 'rate.burst', 'rate.priority']);
    expect(found['rate.burst']).toBe(
      '"rate.burst" of "home" cannot be told to the NAS "wlan" (generic) and 1 more: only RouterOS has bursts',
    );
  });

  it('is warned about for Omada, which gives addresses by itself, unless nobody comes in that way there', () => {
    expect(Object.keys(warnings(client('eap', ', profile: omada'))).sort()).toEqual([
      'address.pool',
      'connections',
      'onSuspend.redirect',
      'rate.burst',
      'rate.guaranteed',
      'rate.priority',
    ]);
    expect(warnings(client('eap', ', profile: omada'), `access: [pppoe]\n  ${all}`)).toEqual({});
  });

  it('is silent for RouterOS, for local services, and where the service names its routers', () => {
    expect(warnings(client('core', ', profile: mikrotik'))).toEqual({});
    expect(warnings(client('wlan'), `access: [pppoe]\n  auth: local\n  ${all}`)).toEqual({});
    expect(warnings(client('wlan'), `access: [pppoe]\n  routers: [core-1]\n  ${all}`)).toEqual({});
  });

  it('can redirect where the NAS is declared to, by a page only with a site', () => {
    expect(warnings(client('wlan', ', redirect: filter'))).not.toHaveProperty(['onSuspend.redirect']);
    expect(warnings(client('wlan', ', redirect: url'))).toHaveProperty(['onSuspend.redirect']);
  });
});
