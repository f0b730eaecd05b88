import type { Model } from '../../src/model/model.ts';
import { document, modelOf, operator } from '../support/manifest.ts';

/** A network as it is, and as the next commit has it: nearly everything in it changes. */
export interface TwoStates {
  readonly before: Model;
  readonly after: Model;
  /** Who may log in before and after: at no moment in between may he have no way in. */
  readonly served: readonly string[];
}

/** What becomes of subscribers, in turns, and how the two states spell it. `undefined`: not there. */
const fates: readonly {
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly served: boolean;
}[] = [
  { before: 'service: home-20', after: 'service: home-20', served: true },
  { before: 'service: home-20', after: 'service: home-50', served: true },
  { before: 'service: home-50', after: 'service: home-20, password: changed-NAME', served: true },
  { before: 'service: home-20', after: 'service: home-20, username: renamed-NAME', served: true },
  { before: 'service: home-20', after: undefined, served: false },
  { before: undefined, after: 'service: home-50', served: false },
  { before: 'service: home-20', after: 'service: home-20, state: suspended', served: false },
  { before: 'service: home-20, state: suspended', after: 'service: home-20', served: false },
  { before: 'service: office, mac: ["MAC"]', after: 'service: office-fast, mac: ["MAC"]', served: true },
  { before: 'service: lobby', after: 'service: lobby, password: changed-NAME', served: true },
];

/** @param count subscribers of `core-1`; about six in seven of them mean a change */
export function twoStates(count: number): TwoStates {
  const served: string[] = [];
  const lists: Record<'before' | 'after', string[]> = { before: [], after: [] };
  for (let index = 0; index < count; index += 1) {
    const fate = fates[index % fates.length];
    const name = `s${String(index).padStart(4, '0')}`;
    if (fate?.served) served.push(name);
    for (const state of ['before', 'after'] as const) {
      const spec = fate?.[state];
      if (spec !== undefined) lists[state].push(item(name, index, spec));
    }
  }
  return { before: network('before', lists.before), after: network('after', lists.after), served };
}

function item(name: string, index: number, spec: string): string {
  const hex = index.toString(16).padStart(4, '0').toUpperCase();
  const mac = `02:00:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`;
  const own = spec.replaceAll('NAME', name).replaceAll('MAC', mac);
  const login = spec.includes('mac:') ? '' : `${has(own, 'username', name)}${has(own, 'password', `pa55-${name}`)}`;
  return `  - {name: ${name}, router: core-1, ${login}${own}}`;
}

/** `key: value, ` unless it is written out already. */
function has(spec: string, key: string, value: string): string {
  return spec.includes(`${key}:`) ? '' : `${key}: ${value}, `;
}

function network(state: 'before' | 'after', items: readonly string[]): Model {
  const list = `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: all}\nitems:\n${items.join('\n')}\n`;
  const other = document('Subscriber', 'zoe', 'service: home-20\nusername: zoe\npassword: pa55-zoe\nrouter: core-2');
  const documents = [operator, router('core-1', '192.0.2.11', state), router('core-2', '192.0.2.12', 'before')];
  return modelOf({ 'network.yaml': [...documents, ...services(state), list, other].join('---\n') });
}

function router(name: string, address: string, state: 'before' | 'after'): string {
  return document(
    'Router',
    name,
    `address: ${address}
api: {username: lastmile, password: {derive: 1}}
auth: local
radius: {secret: {derive: 1}, sourceAddress: ${address}}
pools:
  - {name: home, ranges: [10.0.0.2-10.0.0.199], next: more}
  - {name: more, ranges: [${state === 'before' ? '10.0.1.0/24' : '10.0.1.0/24, 10.0.2.0/24'}]}
  - {name: office, ranges: [10.30.0.10-10.30.15.250]}
  - {name: lobby, ranges: [10.41.41.2-10.41.41.254]}
ppp:
  localAddress: 10.0.0.1
  dns: [${state === 'before' ? '9.9.9.9' : '9.9.9.9, 1.1.1.1'}]
  servers: [{interface: ether2, name: internet}]
dhcp:
  - name: office
    interface: ether3
    pool: office
    network: {address: 10.30.0.0/16, gateway: 10.30.0.1, dns: [9.9.9.9]}
hotspots:
  - {name: lobby, interface: ether4, address: 10.41.41.1, pool: lobby, loginBy: [http-pap]}
config:
  /ip/firewall/filter:
${(state === 'before' ? ['22', '23', '80'] : ['80', '443', '22', '8291'])
  .map(
    (port) =>
      `    - {chain: forward, action: drop, protocol: tcp, dst-port: "${port}", src-address: 10.41.41.0/24, comment: "no ${port}"}`,
  )
  .join('\n')}
system: {identity: ${name}}`,
  );
}

function services(state: 'before' | 'after'): readonly string[] {
  const faster = state === 'before' ? '5M' : '6M';
  return [
    document('Service', 'home-20', `access: [pppoe]\nrate: {down: 20M, up: ${faster}}\naddress: {pool: home}`),
    document('Service', 'home-50', 'access: [pppoe]\nrate: {down: 50M, up: 10M}\naddress: {pool: home}'),
    document('Service', 'office', 'access: [dhcp]\nrate: {down: 10M, up: 10M}\naddress: {pool: office}'),
    document('Service', 'office-fast', 'access: [dhcp]\nrate: {down: 90M, up: 90M}\naddress: {pool: office}'),
    document('Service', 'lobby', `access: [hotspot]\nrate: {down: 10M, up: ${faster}}`),
  ];
}
