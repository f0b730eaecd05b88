import { Secret } from '../../src/base/secret.ts';
import type { ServicePlan } from '../../src/model/kinds/service.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import { document, modelOf } from './manifest.ts';
import { onRouter, origin, subscriptionOf } from './model-parts.ts';
import { home20, home50, subscriber } from './ppp-network.ts';

/** The operator of a network with a portal. */
export const portalOperator = document(
  'Operator',
  'isp',
  `masterKey: {env: LASTMILE_SECRET_MASTER}
radius: {servers: [{name: main, address: 192.0.2.1}]}
portal: {publicUrl: "https://portal.example"}`,
);

/** A router with everything we manage on it: PPPoE, DHCP for an office, a hotspot for a café. */
export const everythingRouter = document(
  'Router',
  'core-1',
  `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: local
radius: {secret: {derive: 1}, sourceAddress: 192.0.2.11}
pools:
  - {name: home, ranges: [10.0.0.2-10.0.0.199], static: [10.0.0.200/29], next: more}
  - {name: more, ranges: [10.0.1.0/24]}
  - {name: office, ranges: [10.30.0.10-10.30.0.99], static: [10.30.0.5]}
  - {name: lobby, ranges: [10.41.41.2-10.41.41.254]}
ppp:
  localAddress: 10.0.0.1
  dns: [9.9.9.9]
  servers: [{interface: ether2, name: internet, oneSessionPerHost: true, keepalive: 20s, mtu: 1480}]
dhcp:
  - name: office
    interface: ether3
    pool: office
    leaseTime: 1h
    network: {address: 10.30.0.0/24, gateway: 10.30.0.1, dns: [9.9.9.9]}
hotspots:
  - name: lobby
    interface: ether4
    address: 10.41.41.1
    pool: lobby
    dnsName: login.cafe.example
    loginBy: [http-pap, mac]
    addressesPerMac: 25
    keepalive: 2m
    macAuth: {format: XX-XX-XX-XX-XX-XX, password: {derive: 1}}
system:
  identity: core-1
  dns: {servers: [9.9.9.9, 1.1.1.1], allowRemoteRequests: true}
  ntp: {servers: [192.0.2.123]}
  apiAccess: {addresses: [127.0.0.0/8]}`,
);

export const cafeService = document(
  'Service',
  'cafe-10',
  'access: [hotspot]\nrate: {down: 10M, up: 2M}\nsessions: {timeout: 4h, idleTimeout: 10m}',
);

export const officeService = document(
  'Service',
  'office-50',
  `access: [dhcp]
rate: {down: 50M, up: 10M}
address: {pool: office}
attributes: [{name: Mikrotik-Address-List, value: offices}]`,
);

/** A guest with a name and a password, and one of whom only the device is known. */
export const guests = [
  document('Subscriber', 'gina', 'service: cafe-10\nusername: gina\npassword: pa55-gina\nrouter: core-1'),
  document('Subscriber', 'till', 'service: cafe-10\nmac: ["0C:42:A1:00:00:01"]\nrouter: core-1'),
];

export const printer = document(
  'Subscriber',
  'printer',
  'service: office-50\nmac: ["0C:42:A1:00:00:02"]\naddress: 10.30.0.5\nrouter: core-1',
);

export function cafe(walledGarden: readonly string[] = ['pay.example', '*.bank.example', '203.0.113.0/24']): string {
  return document(
    'PortalSite',
    'cafe',
    `bridge: {mikrotik: {router: core-1, hotspot: lobby}}
methods: [login]
walledGarden: ${JSON.stringify(walledGarden)}`,
  );
}

const services = [cafeService, officeService];

/** A network of these documents beside the operator and the services. */
export function networkWith(...documents: readonly string[]): Model {
  return modelOf({ 'network.yaml': [portalOperator, ...services, ...documents].join('---\n') });
}

/** A row of ours in every menu. */
export function everything(): Model {
  const people = [subscriber('anna', 'address: 10.0.0.201'), subscriber('ben', 'state: suspended'), ...guests, printer];
  return atFullDepth(networkWith(everythingRouter, home20, home50, ...people, cafe()));
}

/** Who is suspended meets the page of the café; one customer waits for a router without us; there are wireless devices. */
function atFullDepth(model: Model): Model {
  const [anna] = model.subscriptions;
  if (anna === undefined) throw new TypeError('nobody subscribed');
  const onSuspend = { addressList: 'suspended', rate: { down: 256_000, up: 128_000 }, site: 'cafe' };
  const ipv6 = { prefixPool: 'v6-link', delegatedPool: 'v6-home' };
  const services = model.services.map((service) => ({
    ...service,
    connections: 200,
    sessions: { ...service.sessions, max: 1 },
    onSuspend,
    ...(service.access.includes('pppoe') ? { ipv6 } : {}),
  }));
  const byName = new Map(services.map((service) => [service.name, service]));
  const own = model.subscriptions.map((each) => ({ ...each, service: byName.get(each.service.name) ?? each.service }));
  const wireless: ServicePlan = { ...anna.service, name: 'air', access: ['wireless'] };
  const fallback: Partial<Subscription> = {
    username: 'fay',
    password: new Secret('pa55'),
    fallback: true,
    radius: true,
  };
  return {
    ...onRouter(model, {
      assumeFallthrough: true,
      ipv6Pools: [
        { name: 'v6-link', prefix: '2001:db8::/40', prefixLength: 64, origin },
        { name: 'v6-home', prefix: '2001:db8:1000::/36', prefixLength: 56, origin },
      ],
    }),
    services: [...services, wireless],
    subscriptions: [
      ...own,
      subscriptionOf('fay', { ...fallback, service: byName.get('home-20') ?? anna.service, localOn: ['core-1'] }),
      subscriptionOf('tablet', {
        service: wireless,
        macs: ['0C:42:A1:00:00:09'],
        passphrase: new Secret('quite a long phrase'),
        localOn: ['core-1'],
        radius: false,
      }),
    ],
  };
}
