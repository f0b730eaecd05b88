import { eachInSteps, type Steps } from '../../base/steps.ts';
import type { ObservedRow } from '../../reconcile/row.ts';
import type { Change } from '../../reconcile/target.ts';
import { holdsAny, isWithin, spanOf } from '../network-match.ts';
import { listOf } from '../own-access.ts';
import {
  type Ahead,
  after,
  ahead,
  changesByMenu,
  changesOf,
  isGone,
  isOn,
  pushTo,
  rowsByMenu,
  rowsOf,
  textOf,
  type Us,
} from './us.ts';

/** What the routes of one version of IP have to do with us. There may be a hundred thousand, as of a full BGP table. */
export interface RouteBook {
  /** Is a host within the network that is on the way to us: our own, or a gateway by which another of these is reached? */
  readonly leads: (network: string) => boolean;
  /** Gateways of all routes as they are now, as they are written, and without their interface. */
  readonly gateways: ReadonlySet<string>;
  /** Routes for us as they are now. */
  readonly toUs: readonly ObservedRow[];
  /** New routes for us. */
  readonly comingToUs: readonly Change[];
}

const books: Readonly<Record<4 | 6, Ahead<RouteBook>>> = {
  4: bookOf('/ip/route', '0.0.0.0/0'),
  6: bookOf('/ipv6/route', '::/0'),
};

/** @param menu any of the version of IP that is asked about */
export function routeBook(menu: string): Ahead<RouteBook> {
  return books[menu.startsWith('/ipv6/') ? 6 : 4];
}

/** What judging these changes needs to know of routes, and takes long to find where there are many. */
export function routesAhead(us: Us): readonly Ahead<unknown>[] {
  const changed = changesByMenu(us);
  const concerned = (...menus: readonly string[]) => menus.some((menu) => changed.has(menu));
  return [
    ...(concerned('/ip/route', '/ip/arp') ? [books[4]] : []),
    ...(concerned('/ipv6/route', '/ipv6/neighbor') ? [books[6]] : []),
  ];
}

/** Is there a route for us, in use now? */
export function hasRoute(menu: string, us: Us): boolean {
  return us.once(`has route ${menu}`, () =>
    routeBook(menu)
      .get(us)
      .toUs.some((row) => isOn(textOf(row, 'disabled'))),
  );
}

/** What brings routes that we do not read: there may be a million. */
const teachers = /^\/ip(?:v6)?\/dhcp-client$|^\/routing\/(?:ospf|bgp|rip|isis)\//;

/** Has the router, or gets it, routes that nobody wrote, as far as rows tell? */
export function mayLearnRoutes(us: Us): boolean {
  return us.once('learns routes', () =>
    [...rowsByMenu.get(us).keys(), ...changesByMenu(us).keys()].some((menu) => teachers.test(menu)),
  );
}

/** Is there a route for us, or will there be one, besides this one, which goes? */
export function hasOtherRoute(change: Change, us: Us): boolean {
  const { toUs, comingToUs } = routeBook(change.menu).get(us);
  const stays = us.once(`routes that stay ${change.menu}`, () =>
    toUs.some((row) => isOn(textOf(row, 'disabled')) && !isGone(row, us)),
  );
  return stays || comingToUs.some((each) => each !== change);
}

function bookOf(menu: string, all: string): Ahead<RouteBook> {
  return ahead(`routes ${menu}`, function* (us: Us): Steps<RouteBook> {
    const { source } = us.access;
    const isForUs = (network: string) => source !== undefined && isWithin(source, network) === true;
    const rows = rowsOf(us, menu);
    const table = new ByNetwork();
    const gateways = new Set<string>();
    const [toUs, comingToUs]: [ObservedRow[], Change[]] = [[], []];
    yield* eachInSteps(rows, (row) => {
      const network = textOf(row, 'dst-address') || all;
      const over = textOf(row, 'gateway');
      table.add(network, over);
      for (const each of over.split(',')) gateways.add(each).add(hostOfGateway(each));
      if (isForUs(network)) toUs.push(row);
    });
    yield* eachInSteps(changesOf(us, menu), (change) => {
      if (change.action === 'delete') return;
      const network = after(change, 'dst-address') || all;
      table.add(network, after(change, 'gateway'));
      if (change.action === 'create' && isForUs(network)) comingToUs.push(change);
    });
    const hosts = yield* hostsToUs(source, table);
    return { leads: holdsAny(hosts), gateways, toUs, comingToUs };
  });
}

/** We, the gateways of routes that lead to us, and of routes to these: one may be found by another. */
function* hostsToUs(source: string | undefined, table: ByNetwork): Steps<ReadonlySet<string>> {
  const found = new Set(source === undefined ? [] : [source]);
  yield* eachInSteps(found, (host) => {
    for (const gateways of table.take(host)) {
      for (const each of listOf(gateways)) found.add(hostOfGateway(each));
    }
  });
  return found;
}

/** `fe80::1%ether1`, `192.0.2.254@main`. */
function hostOfGateway(gateway: string): string {
  return gateway.split(/[%@]/, 1)[0] ?? gateway;
}

/** Gateways by the networks they are for. */
class ByNetwork {
  /** By version of IP and how far it is from the first address of the network to the last, then by the first. */
  readonly #sizes = { 4: new Map<number, Map<number, string[]>>(), 6: new Map<bigint, Map<bigint, string[]>>() };
  /** What is no prefix. */
  readonly #ranges: (readonly [range: string, gateways: string])[] = [];

  add(network: string, gateways: string): void {
    const { from, to } = spanOf(network) ?? {};
    if (network.includes('-')) this.#ranges.push([network, gateways]);
    else if (typeof from === 'number' && typeof to === 'number') put(this.#sizes[4], to - from, from, gateways);
    else if (typeof from === 'bigint' && typeof to === 'bigint') put(this.#sizes[6], to - from, from, gateways);
  }

  /** Those of networks that hold the host, each once. */
  take(host: string): readonly string[] {
    const ranged = this.#ranges.filter(([range]) => isWithin(host, range) === true).map(([, gateways]) => gateways);
    const { from } = spanOf(host) ?? {};
    if (typeof from === 'number') return [...ranged, ...taken(this.#sizes[4], (size) => from - (from % (size + 1)))];
    if (typeof from === 'bigint') return [...ranged, ...taken(this.#sizes[6], (size) => from - (from % (size + 1n)))];
    return [];
  }
}

type Sizes<Point> = Map<Point, Map<Point, string[]>>;

function put<Point>(sizes: Sizes<Point>, size: Point, from: Point, gateways: string): void {
  const known = sizes.get(size) ?? new Map<Point, string[]>();
  sizes.set(size, known);
  pushTo(known, from, gateways);
}

function taken<Point>(sizes: Sizes<Point>, firstOf: (size: Point) => Point): readonly string[] {
  const found: string[] = [];
  for (const [size, networks] of sizes) {
    const first = firstOf(size);
    for (const gateways of networks.get(first) ?? []) found.push(gateways);
    networks.delete(first);
  }
  return found;
}
