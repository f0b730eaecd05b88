import type { KnownMenu } from '../routeros/config/known-menu.ts';

/**
 * What more of a row goes into `config`, of which no table of ours says how its values compare: names that the router
 * takes, and those below.
 *
 * @returns by name: what it is from the factory, where that is known
 */
export function furtherFields(
  { path, fields }: Pick<KnownMenu, 'path' | 'fields'>,
  taken: ReadonlySet<string> | undefined,
): ReadonlyMap<string, string | undefined> {
  const standards = new Map(factory[path]?.split(' ').map((pair): [string, string] => split(pair)));
  const names = new Set([...(taken ?? []), ...standards.keys()]);
  const further = [...names].filter((name) => fields[name] === undefined && !nobodys.has(name));
  return new Map(further.map((name) => [name, standards.get(name)]));
}

/** Arguments that are no properties, and what follows from others. */
const nobodys: ReadonlySet<string> = new Set([
  'numbers',
  'copy-from',
  'place-before',
  'dynamic',
  'comment',
  'netmask',
  'broadcast',
]);

function split(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

const interfaceLoops =
  'arp=enabled arp-timeout=auto loop-protect=default loop-protect-send-interval=5s loop-protect-disable-time=5m';

/** RouterOS's own values of properties that rows of access routers have besides (6.49, 7.22). */
const factory: Readonly<Record<string, string>> = {
  '/interface/bridge': `mtu=auto ${interfaceLoops} multicast-router=temporary-query multicast-querier=false igmp-version=2 mld-version=1 priority=0x8000 transmit-hold-count=6 port-cost-mode=long ether-type=0x8100 pvid=1 frame-types=admit-all mvrp=false add-dhcp-option82=false forward-reserved-addresses=false max-learned-entries=auto max-hops=20 region-revision=0`,
  '/interface/bridge/port':
    'priority=0x80 edge=auto point-to-point=auto learn=auto horizon=none pvid=1 frame-types=admit-all ingress-filtering=true unknown-unicast-flood=true unknown-multicast-flood=true broadcast-flood=true tag-stacking=false multicast-router=temporary-query fast-leave=false',
  '/interface/vlan': `mtu=1500 ${interfaceLoops} mvrp=false`,
  '/interface/wireguard/peers': 'responder=false',
  '/interface/pppoe-server/server': 'mrru=disabled pado-delay=0 accept-empty-service=true accept-untagged=true',
  '/ip/dhcp-client':
    'default-route-tables=default use-broadcast=both allow-reconfigure=false check-gateway=none vlan-priority=0 dscp=0',
  '/ip/dhcp-server':
    'bootp-lease-time=forever dynamic-lease-identifiers=client-mac,client-id use-reconfigure=false support-broadband-tr101=false',
  '/ip/dhcp-server/network': 'dns-none=false ntp-none=false',
  '/ip/firewall/connection/tracking': 'liberal-tcp-tracking=false',
  '/ip/hotspot': 'login-timeout=none',
  '/ip/hotspot/profile':
    'install-hotspot-queue=false http-proxy=0.0.0.0:0 trial-uptime-limit=30m trial-uptime-reset=1d trial-user-profile=default nas-port-type=wireless-802.11',
  '/ip/hotspot/user/profile': 'keepalive-timeout=2m',
  '/ip/route': 'type=unicast suppress-hw-offload=false',
  '/ip/traffic-flow/target': 'src-address=0.0.0.0 v9-template-refresh=20 v9-template-timeout=30m',
  '/ipv6/address': 'auto-link-local=true',
  '/ipv6/dhcp-server': 'route-distance=1 use-reconfigure=false ignore-ia-na-bindings=false',
  '/ipv6/nd':
    'ra-interval=3m20s-10m ra-delay=3s mtu=unspecified reachable-time=unspecified retransmit-interval=unspecified hop-limit=unspecified',
  '/radius': 'accounting-backup=false radsec-timeout=3s300ms',
  '/snmp/community': 'authentication-protocol=MD5 encryption-protocol=DES',
  '/system/logging/action':
    'memory-lines=1000 memory-stop-on-full=false disk-file-name=log disk-lines-per-file=1000 disk-file-count=2 disk-stop-on-full=false remember=true remote-log-format=default remote-protocol=udp syslog-facility=daemon syslog-severity=auto syslog-time-format=bsd-syslog',
};
