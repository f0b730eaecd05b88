import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';
import type { Menu } from '../routeros/menus/menu.ts';
import { parseVersion } from '../routeros/versions.ts';
import { type ConfigSettings, configNode, type LeftMenu } from './config-menus.ts';
import type { Doubts } from './doubts.ts';
import { ignoreNode } from './ignore-rules.ts';
import { namesBeside } from './names.ts';
import { type LeftOut, type Person, peopleOf } from './people.ts';
import { freeOf, type Picture, rowsOf, tagOf } from './picture.ts';
import {
  declaredPools,
  dhcpServers,
  type Entry,
  entryNode,
  hotspots,
  ipv6Pools,
  poolNodes,
  pools,
  pppAddressing,
  pppoeServers,
  systemNode,
} from './router-spec.ts';
import { type SecretStyle, type StoredSecrets, secretStore } from './secrets.ts';
import { contentOf, contentOfPlan, type DeclaredPools, nameOfTariff, type Tariff, tariffSpec } from './tariffs.ts';
import { mapOf, type Node, type NodeMap, Tagged } from './yaml-text.ts';

/** What is declared already, and must be kept. */
export interface Declared {
  readonly operator: string;
  readonly services: Model['services'];
  readonly usernames: readonly string[];
  readonly macs: readonly string[];
  readonly addresses: readonly string[];
  /** What the router's own declaration says of where people come in; it stays as it is. */
  readonly router: Pick<Router, 'pools' | 'ipv6Pools' | 'dhcp' | 'hotspots'>;
  /** Names by kind. */
  readonly names: {
    readonly service: readonly string[];
    readonly subscriber: readonly string[];
    readonly list: readonly string[];
  };
  /** Fields of the router's own declaration that are there. */
  readonly sections: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

export interface DraftSettings {
  readonly router: string;
  readonly declared: Declared;
  readonly managed: ReadonlyMap<string, Menu>;
  readonly secrets: SecretStyle;
}

/** One candidate of what the router could be declared as. */
export interface Draft {
  /** Fields of the Router besides how it is reached. */
  readonly sections: NodeMap;
  readonly services: readonly { readonly name: string; readonly node: Node }[];
  readonly lists: readonly { readonly name: string; readonly service: string; readonly items: readonly Node[] }[];
  readonly secrets: StoredSecrets;
  readonly persons: readonly Person[];
  readonly leftOut: readonly LeftOut[];
  /** Rows of people that are in `config`. */
  readonly inConfig: readonly LeftOut[];
  readonly leftMenus: readonly LeftMenu[];
}

/** Subscribers in one file: what a person can scroll through, and git compare. */
const perList = 1_000;

/** Makes the fullest declaration that the doubts allow. Pure. */
export function draftOf(picture: Picture, doubts: Doubts, settings: DraftSettings): Draft {
  const { declared, router } = settings;
  const store = secretStore(settings.secrets, declared.secrets);
  const secret = (what: string, value: string) => store.keep([router, what], value);
  // What another operator holds waits for him: nothing that names it is ours, either.
  const free = freeOf(picture, declared.operator);
  const ownPools = poolsOf(declared, declaredPools(free, doubts));
  const servers = pppoeServers(free, doubts);
  const dhcp = dhcpServers(free, doubts, ownPools);
  const spots = hotspots(free, doubts, ownPools, (name, value) => secret(`hotspot ${name} mac`, value));
  const { persons, rest, leftOut } = peopleOf(picture, {
    operator: declared.operator,
    names: namesBeside(new Set(declared.names.subscriber)),
    usernames: new Set(declared.usernames),
    macs: new Set(declared.macs),
    addresses: new Set(declared.addresses),
    pools: ownPools,
    doubts,
    ...doorsOf(declared, dhcp, spots),
  });
  const sold = tariffsSold(persons, declared);
  const ipv4 = pools(free, doubts);
  const ipv6 = ipv6Pools(free, doubts);
  const said = [...ipv4, ...ipv6, ...servers, ...dhcp, ...spots].flatMap(tagsOf);
  const config = configNode(picture, {
    operator: declared.operator,
    version: parseVersion(picture.version),
    doubts,
    managed: settings.managed,
    taken: picture.taken,
    people: rest,
    secret,
    said: new Set([...said, ...saidByTariffs(picture, persons), ...spots.map((spot) => profileTag(picture, spot))]),
  } satisfies ConfigSettings);
  const addresses = persons.flatMap(({ address }) => address ?? []);
  const sections: NodeMap = {
    mode: 'observe',
    pools: listOf(poolNodes(ipv4, addresses)),
    ipv6Pools: listOf(ipv6.map((entry) => entryNode(entry))),
    ppp: pppNode(picture, persons, servers),
    dhcp: listOf(dhcp.map((entry) => entryNode(entry))),
    hotspots: listOf(spots.map((entry) => entryNode(entry))),
    system: systemNode(picture, doubts),
    config: Object.keys(config.node).length === 0 ? undefined : config.node,
    reconcile: ignoreNode(doubts),
  };
  const passwords = (person: Person) =>
    person.password === undefined ? undefined : store.keep([person.name], person.password, 'subscribers');
  return {
    sections: Object.fromEntries(Object.entries(sections).filter(([key]) => !declared.sections.has(key))),
    services: sold.made.map(({ tariff, name }) => ({ name, node: serviceNode(tariff, name) })),
    lists: listsOf(router, persons, sold.nameOf, passwords, namesBeside(new Set(declared.names.list))),
    secrets: store.kept(),
    persons,
    leftOut: [...leftOut, ...config.leftOut],
    inConfig: config.people,
    leftMenus: config.left,
  };
}

/** Ways in that are declared: what the router's declaration says of them already is not said anew. */
function doorsOf({ sections, router }: Declared, dhcp: readonly Entry[], spots: readonly Entry[]) {
  const hotspots = sections.has('hotspots')
    ? router.hotspots.map(({ name, macAuth }) => ({ name, mac: macAuth !== undefined }))
    : spots.map(({ spec }) => ({ name: String(spec['name']), mac: spec['macAuth'] !== undefined }));
  return {
    macHotspots: hotspots.filter(({ mac }) => mac).map(({ name }) => name),
    hotspots: hotspots.length > 0,
    dhcp: sections.has('dhcp') ? router.dhcp.length > 0 : dhcp.length > 0,
  };
}

function poolsOf({ sections, router }: Declared, found: DeclaredPools): DeclaredPools {
  const names = (pools: readonly { readonly name: string }[] = []) => new Set(pools.map(({ name }) => name));
  return {
    ipv4: sections.has('pools') ? names(router.pools) : found.ipv4,
    ipv6: sections.has('ipv6Pools') ? names(router.ipv6Pools) : found.ipv6,
  };
}

function listOf(nodes: readonly Node[]): Node | undefined {
  return nodes.length === 0 ? undefined : nodes;
}

function tagsOf({ menu, row, spec }: Entry): readonly string[] {
  const network = spec['network'];
  const inner = network instanceof Tagged && network.tag !== undefined ? [network.tag] : [];
  return [tagOf(menu, row), ...inner];
}

function profileTag(picture: Picture, { row }: Entry): string {
  const profile = rowsOf(picture, '/ip/hotspot/profile').find(({ name }) => name === row['profile']);
  return tagOf('/ip/hotspot/profile', profile ?? {});
}

/** Profiles that services make. */
function saidByTariffs(picture: Picture, persons: readonly Person[]): readonly string[] {
  return Object.entries({ pppoe: '/ppp/profile', hotspot: '/ip/hotspot/user/profile' }).flatMap(([access, menu]) => {
    const used = new Set(persons.filter(({ tariff }) => tariff.access === access).map(({ tariff }) => tariff.profile));
    return rowsOf(picture, menu).flatMap((row) => (used.has(row['name']) ? [tagOf(menu, row)] : []));
  });
}

/** What all profiles have in common, those of services and, where there are none, those of the servers. */
function pppNode(picture: Picture, persons: readonly Person[], servers: readonly Entry[]): Node | undefined {
  const used = new Set(persons.map(({ tariff }) => (tariff.access === 'pppoe' ? tariff.profile : undefined)));
  const profiles = rowsOf(picture, '/ppp/profile').filter(({ name }) => name !== undefined && used.has(name));
  const { localAddress, dns } = pppAddressing(profiles);
  return mapOf({ localAddress, dns, servers: listOf(servers.map((entry) => entryNode(entry))) });
}

interface Sold {
  readonly made: readonly { readonly tariff: Tariff; readonly name: string }[];
  readonly nameOf: (tariff: Tariff) => string;
}

/** One service for each tariff that somebody has: one that is declared already, where there is one like it. */
function tariffsSold(persons: readonly Person[], { services, names }: Declared): Sold {
  const known = new Map(
    services.flatMap((plan) => {
      const content = contentOfPlan(plan);
      return content === undefined ? [] : [[content, plan.name] as const];
    }),
  );
  const fresh = namesBeside(new Set(names.service));
  const contents = new Map([...new Set(persons.map(({ tariff }) => tariff))].map((each) => [each, contentOf(each)]));
  const byContent = new Map([...contents].map(([tariff, content]) => [content, tariff]));
  const made = [...byContent].flatMap(([content, tariff]) => {
    if (known.has(content)) return [];
    const name = nameOfTariff(tariff, fresh);
    known.set(content, name);
    return [{ tariff, name }];
  });
  return { made, nameOf: (tariff) => known.get(contents.get(tariff) ?? '') ?? '' };
}

function serviceNode(tariff: Tariff, name: string): Node {
  const document = {
    apiVersion: 'lastmile/v1',
    kind: 'Service',
    metadata: new Tagged({ name }, {}),
    spec: tariffSpec(tariff, name),
  };
  return new Tagged(document, { tag: `tariff ${contentOf(tariff)}`, note: tariff.note });
}

function listsOf(
  router: string,
  persons: readonly Person[],
  nameOf: (tariff: Tariff) => string,
  password: (person: Person) => Node | undefined,
  names: ReturnType<typeof namesBeside>,
): Draft['lists'] {
  const byService = new Map<string, Person[]>();
  for (const person of persons) {
    const service = nameOf(person.tariff);
    const list = byService.get(service);
    if (list === undefined) byService.set(service, [person]);
    else list.push(person);
  }
  return [...byService].flatMap(([service, all]) =>
    partsOf(all).map((part) => ({
      name: names.take(`${router}-${service}`),
      service,
      items: part.map((person) => new Tagged(personNode(person, password(person)), { tag: person.tag })),
    })),
  );
}

function partsOf(persons: readonly Person[]): readonly (readonly Person[])[] {
  const count = Math.ceil(persons.length / perList);
  return Array.from({ length: count }, (_, at) => persons.slice(at * perList, (at + 1) * perList));
}

function personNode(
  { name, username, mac, address, prefix, routes, disabled, notes }: Person,
  password: Node | undefined,
): NodeMap {
  return {
    name,
    username,
    password,
    mac: mac === undefined ? undefined : [mac],
    address,
    ipv6: prefix === undefined ? undefined : { prefix },
    routes: routes?.map((route) => ({ ...route })),
    state: disabled ? 'disabled' : undefined,
    notes,
  };
}
