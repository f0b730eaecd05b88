import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { enabledRows, isYes, type RouterFacts, settingsOf } from './facts.ts';
import type { Trouble } from './finding.ts';

/** What subscribers and the world meet at the router. Pure. */
export function checkNetwork(facts: RouterFacts): readonly Trouble[] {
  return [...resolver(facts), ...internet(facts), ...twice(facts), ...hybrid(facts)];
}

function resolver(facts: RouterFacts): readonly Trouble[] {
  if (!isYes(settingsOf(facts, '/ip/dns')?.['allow-remote-requests'])) return [];
  const open = (['udp', 'tcp'] as const).filter((protocol) => !isClosed(facts, protocol));
  if (open.length === 0) return [];
  const says = `whoever reaches it may ask its name server: no rule of the chain input drops port 53 (${open.join(', ')})`;
  const mend = open
    .map(
      (protocol) =>
        `/ip/firewall/filter/add chain=input protocol=${protocol} dst-port=53 in-interface-list=WAN action=drop`,
    )
    .join('; ');
  return [
    {
      code: 'LM_OPEN_RESOLVER',
      says,
      mend: `declare system.dns.allowRemoteRequests: true and the pools of its clients, or ${mend}`,
    },
  ];
}

const turnsAway = new Set(['drop', 'reject', 'tarpit']);

/** Is somebody turned away before everybody is let in? Who has chains of his own is taken to do it there. */
function isClosed(facts: RouterFacts, protocol: 'udp' | 'tcp'): boolean {
  const early = enabledRows(facts, '/ip/firewall/raw').some((rule) => isForDns(rule, protocol));
  const rules = enabledRows(facts, '/ip/firewall/filter').filter((rule) => isForDns(rule, protocol));
  const first = rules.find((rule) => decides(rule) || isForAll(rule));
  return early || (first !== undefined && decides(first));
}

function decides({ action = '', dynamic }: RouterOsRow): boolean {
  // Jumps that a hotspot makes lead to chains of its own, which are for its guests.
  return turnsAway.has(action) || (action === 'jump' && !isYes(dynamic));
}

/** Accepts all questions, from anywhere. */
function isForAll(rule: RouterOsRow): boolean {
  return (rule['action'] ?? 'accept') === 'accept' && narrowing.every((name) => rule[name] === undefined);
}

const narrowing = [
  ...['in-interface', 'in-interface-list', 'src-address', 'src-address-list', 'dst-address', 'dst-address-list'],
  ...['dst-address-type', 'src-mac-address', 'connection-state', 'connection-limit', 'limit', 'dst-limit'],
];

/** Does it meet new questions to port 53, and not only those of a few? */
function isForDns(rule: RouterOsRow, protocol: string): boolean {
  if (rule['protocol'] !== undefined && rule['protocol'] !== protocol) return false;
  if (rule['dst-port'] !== undefined && !hasPort(rule['dst-port'], 53)) return false;
  if (!(rule['connection-state'] ?? 'new').split(',').includes('new')) return false;
  const few = ['src-address', 'src-address-list', 'src-mac-address', 'connection-limit', 'limit', 'dst-limit'];
  return !turnsAway.has(rule['action'] ?? '') || few.every((name) => (rule[name] ?? '!').startsWith('!'));
}

function hasPort(ports: string, port: number): boolean {
  const negated = ports.startsWith('!');
  const among = ports
    .replace(/^!/, '')
    .split(',')
    .some((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return first <= port && port <= last;
    });
  return among !== negated;
}

function internet({ outside, rows, forbidden }: RouterFacts): readonly Trouble[] {
  if (outside?.answered === true) return [];
  if (outside !== undefined) {
    const says = `${outside.address} does not answer when it pings it: it has no way to the Internet, or a bad one`;
    return [{ code: 'LM_NO_INTERNET', says, mend: `/tool/traceroute ${outside.address} count=1, and /ip/route/print` }];
  }
  if (forbidden.includes('/ip/route')) return [];
  const routes = rows.get('/ip/route') ?? [];
  if (routes.some(({ active, disabled }) => isYes(active) && !isYes(disabled))) return [];
  const says = 'it has no active default route: neither it nor its subscribers reach the Internet';
  return [{ code: 'LM_NO_INTERNET', says, mend: '/ip/route/add gateway=… (or the DHCP client of the uplink)' }];
}

/** A device that both ask RADIUS about is let in, counted and charged twice. */
function twice(facts: RouterFacts): readonly Trouble[] {
  const asking = (facts.rows.get('/ip/hotspot/profile') ?? []).filter((row) => isYes(row['use-radius']));
  const names = new Set(asking.map(({ name }) => name));
  const hotspots = enabledRows(facts, '/ip/hotspot').filter(({ profile }) => names.has(profile));
  const servers = enabledRows(facts, '/ip/dhcp-server').filter((row) => asksRadius(row['use-radius']));
  return servers.flatMap((server) => {
    const hotspot = hotspots.find((row) => row['interface'] === server['interface']);
    if (hotspot === undefined) return [];
    const says =
      `DHCP server ${server['name']} and hotspot ${hotspot['name']} on ${server['interface']} both ask RADIUS about the ` +
      'same device: two sessions, counted twice';
    return [{ code: 'LM_DHCP_AND_HOTSPOT', says, mend: `/ip/dhcp-server/set "${server['name']}" use-radius=no` }];
  });
}

/** `yes`, or `accounting`, as recent versions also have it. */
function asksRadius(value: string | undefined): boolean {
  return value !== undefined && value !== 'no' && value !== 'false';
}

function hybrid({ hybrid: used, router }: RouterFacts): readonly Trouble[] {
  if (!used || router.assumeFallthrough === true) return [];
  return [
    {
      code: 'LM_HYBRID_UNPROVEN',
      says: 'auth: hybrid, and nobody has seen that its RouterOS asks RADIUS about a name whose own row is disabled',
      mend:
        'disable the secret of a test login, dial with it, and if lastmile why shows the request, declare ' +
        'hybrid.assumeFallthrough: true',
    },
  ];
}
