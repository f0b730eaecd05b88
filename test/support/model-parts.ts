import { Secret } from '../../src/base/secret.ts';
import type { MikrotikBridge, PortalSite } from '../../src/model/kinds/portal-site.ts';
import type { DhcpServer, Hotspot } from '../../src/model/kinds/router.ts';
import type { ServicePlan } from '../../src/model/kinds/service.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import type { Origin } from '../../src/model/origin.ts';

/** Parts of a resolved model, made without YAML. */
export const origin: Origin = { file: 'network.yaml', line: 1, column: 1 };

export function servicePlan(more: Partial<ServicePlan> = {}): ServicePlan {
  return {
    name: 'cafe',
    labels: {},
    access: ['hotspot'],
    rate: { down: 10_000_000, up: 2_000_000 },
    sessions: { interimSeconds: 120 },
    attributes: [],
    origin,
    ...more,
  };
}

export function subscriptionOf(subscriber: string, more: Partial<Subscription> = {}): Subscription {
  return {
    id: subscriber,
    subscriber,
    labels: {},
    service: servicePlan(),
    macs: [],
    localOn: [],
    radius: true,
    attributes: [],
    state: 'active',
    origin,
    ...more,
  };
}

export function hotspotOf(name: string, more: Partial<Hotspot> = {}): Hotspot {
  return {
    name,
    interface: 'bridge-guests',
    address: '10.41.41.1',
    loginBy: ['http-pap'],
    htmlDirectory: 'lastmile',
    origin,
    ...more,
  };
}

export function dhcpServerOf(name: string, more: Partial<DhcpServer> = {}): DhcpServer {
  return { name, interface: 'bridge-lan', radius: true, origin, ...more };
}

export function mikrotikBridge(router: string, hotspot = 'hs-guest'): MikrotikBridge {
  return {
    type: 'mikrotik',
    router,
    identity: router,
    hotspot,
    method: 'pap-redirect',
    loginUrl: 'http://login.cafe.example/login',
    loginHosts: ['login.cafe.example'],
  };
}

export function portalSite(name: string, more: Partial<PortalSite> = {}): PortalSite {
  return {
    name,
    labels: {},
    title: name,
    languages: ['en'],
    bridges: [mikrotikBridge('core-1')],
    aliases: {},
    methods: ['login'],
    walledGarden: [],
    branding: {},
    key: new Secret(`key of ${name}, thirty-two octets long`),
    origin,
    ...more,
  };
}

/** The same network with other hotspots and DHCP servers on its only router. */
export function onRouter(model: Model, more: Partial<Model['routers'][number]>): Model {
  return { ...model, routers: model.routers.map((router) => ({ ...router, ...more })) };
}
