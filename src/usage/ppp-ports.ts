import { timeMs } from '../routeros/canonical.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import type { Print } from './print-menu.ts';

/** What the menus of PPP servers show of running sessions. RouterOS: Interfaces > PPPoE Server, L2TP Server, … */
export interface Binding {
  /** `pppoe` */
  readonly service: string;
  readonly row: RouterOsRow;
}

/** Which interface each row of `/ppp/active` has. */
export interface PppPorts {
  readonly of: ReadonlyMap<RouterOsRow, string>;
  /** Rows that share a name and a caller with others, so that it cannot be told which has which. */
  readonly unclear: ReadonlySet<RouterOsRow>;
}

const services = ['pppoe', 'l2tp', 'pptp', 'sstp', 'ovpn'];

/** Reads the bindings of the servers by which somebody is online. */
export async function readBindings(
  print: Print,
  active: readonly RouterOsRow[],
  queries: readonly string[] = [],
): Promise<readonly Binding[]> {
  const used = services.filter((service) => active.some((row) => row['service'] === service));
  const bindings: Binding[] = [];
  for (const service of used) {
    const caller = callerField(service);
    const rows = await print(`/interface/${service}-server`, `.id,name,user,${caller},uptime,running`, queries);
    bindings.push(...rows.map((row) => ({ service, row })));
  }
  return bindings;
}

/**
 * Gives each session an interface, and no interface to two. Sessions of one name and caller, such as a stale one and that
 * of the same device that dialled anew, are told apart by when they began: the n-th has the n-th binding.
 */
export function pppPorts(active: readonly RouterOsRow[], bindings: readonly Binding[]): PppPorts {
  const of = new Map<RouterOsRow, string>();
  const unclear = new Set<RouterOsRow>();
  const bound = grouped(bindings.filter(isRunning), bindingName);
  for (const [name, rows] of grouped(active, activeName)) {
    for (const [row, port] of paired(rows, bound.get(name) ?? [])) of.set(row, port);
  }
  giveUsualNames(active, bindings, of, unclear);
  return { of, unclear };
}

/** By uptime; as many of one as of the other by their order, for both tables are read one after the other. */
function paired(
  rows: readonly RouterOsRow[],
  bindings: readonly Binding[],
): readonly (readonly [RouterOsRow, string])[] {
  const sessions = [...rows].sort((a, b) => byAge(a, b, 'session-id'));
  const ports = bindings.map(({ row }) => row).sort((a, b) => byAge(a, b, '.id'));
  const isWhole = sessions.length === ports.length && sessions.every((row, at) => areOfOneAge(row, ports[at]));
  if (isWhole) return sessions.map((row, at) => [row, ports[at]?.['name'] ?? '']);
  // Somebody came or went between the two: only what was up as long is its own.
  const found: (readonly [RouterOsRow, string])[] = [];
  for (const row of sessions) {
    const near = ports.filter((port) => Math.abs(uptime(port) - uptime(row)) <= slackSeconds);
    const rivals = sessions.filter((other) => Math.abs(uptime(other) - uptime(row)) <= 2 * slackSeconds);
    if (near.length === 1 && rivals.length === 1) found.push([row, near[0]?.['name'] ?? '']);
  }
  return found;
}

const slackSeconds = 3;
/** The tables of a large router take their time. */
const apartSeconds = 30;

/** Not one that has just gone, and one that has just come. */
function areOfOneAge(row: RouterOsRow, port: RouterOsRow | undefined): boolean {
  if (row['uptime'] === undefined || port?.['uptime'] === undefined) return true;
  return Math.abs(uptime(row) - uptime(port)) <= apartSeconds;
}

/** Whom no binding shows: `<l2tp-anna>`, if that is not another's and nobody else of this name is left. */
function giveUsualNames(
  active: readonly RouterOsRow[],
  bindings: readonly Binding[],
  of: Map<RouterOsRow, string>,
  unclear: Set<RouterOsRow>,
): void {
  const taken = new Set([...of.values(), ...bindings.map(({ row }) => row['name'] ?? '')]);
  // Of these the bindings are told, and by the next reading it is clear which is whose.
  const bound = new Set(bindings.map(({ service, row }) => `<${service}-${row['user']}>`));
  const left = active.filter((row) => !of.has(row));
  for (const [name, rows] of grouped(left, (row) => `<${row['service']}-${row['name']}>`)) {
    const [only] = rows;
    if (rows.length === 1 && only !== undefined && !taken.has(name)) of.set(only, name);
    else if (!bound.has(name)) for (const row of rows) unclear.add(row);
  }
}

/** The longest up first; ids are given out in order. */
function byAge(a: RouterOsRow, b: RouterOsRow, id: string): number {
  return uptime(b) - uptime(a) || number(a[id]) - number(b[id]);
}

function uptime(row: RouterOsRow): number {
  const ms = row['uptime'] === undefined ? undefined : timeMs(row['uptime']);
  return ms === undefined ? 0 : Math.floor(ms / 1000);
}

function number(id: string | undefined): number {
  return Number.parseInt((id ?? '').replace(/^(\*|0x)/, ''), 16) || 0;
}

/** A static binding is there without a session, too. */
function isRunning({ row }: Binding): boolean {
  return row['running'] !== 'false';
}

function callerField(service: string): string {
  return service === 'pppoe' ? 'remote-address' : 'client-address';
}

function bindingName({ service, row }: Binding): string {
  return `${service}\n${row['user']}\n${row[callerField(service)]}`;
}

function activeName(row: RouterOsRow): string {
  return `${row['service']}\n${row['name']}\n${row['caller-id']}`;
}

function grouped<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
