import { describe, expect, it } from 'vitest';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { startRouter } from './support.ts';

interface Shape {
  readonly menu: string;
  /** As real routers of about that version returned the row. */
  readonly version: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly before?: (router: SimulatedRouterOs) => void;
  readonly keys: string;
  /** Values a real row had with those fields. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Which keys a row has, and which it leaves out, as rows of real routers show. */
const shapes: readonly Shape[] = [
  {
    menu: '/ppp/secret',
    version: '7.9.2',
    fields: { name: 'user1', 'local-address': '172.18.0.2' },
    keys: 'caller-id disabled ipv6-routes last-caller-id last-disconnect-reason last-logged-out limit-bytes-in limit-bytes-out local-address name password profile routes service',
  },
  {
    menu: '/ppp/profile',
    version: '7.9.2',
    before: (router) => {
      router.add('/ip/pool', { name: 'gone', ranges: '10.0.0.0/24' });
    },
    fields: {
      name: 'ovpn',
      'local-address': '192.168.77.1',
      'remote-address': 'gone',
      'insert-queue-before': 'first',
      'parent-queue': 'none',
      'queue-type': 'multi-queue-ethernet-default',
    },
    keys: 'address-list bridge-learning change-tcp-mss default insert-queue-before local-address name on-down on-up only-one parent-queue queue-type remote-address use-compression use-encryption use-ipv6 use-mpls use-upnp',
    values: { 'queue-type': 'multi-queue-ethernet-default', 'use-ipv6': 'yes', default: 'false' },
  },
  {
    menu: '/ppp/aaa',
    version: '7.9.2',
    keys: 'accounting interim-update use-circuit-id-in-nas-port-id use-radius',
    values: { accounting: 'true', 'interim-update': '0s' },
  },
  {
    menu: '/interface/pppoe-server',
    version: '7.9.2',
    fields: { name: 'pppoe-in1', user: '', service: '', comment: 'comment' },
    keys: 'comment disabled name running service user',
  },
  {
    menu: '/ip/hotspot',
    version: '7.9.2',
    fields: { name: 'server1', interface: 'ether4', 'addresses-per-mac': 'unlimited' },
    keys: 'HTTPS addresses-per-mac disabled idle-timeout interface invalid keepalive-timeout login-timeout name profile proxy-status',
  },
  {
    menu: '/ip/hotspot/profile',
    version: '7.9.2',
    fields: { name: 'hsprof2', 'hotspot-address': '192.168.11.1', 'login-by': 'cookie,http-chap,https' },
    keys: 'dns-name hotspot-address html-directory html-directory-override http-cookie-lifetime http-proxy install-hotspot-queue login-by name smtp-server split-user-domain use-radius',
  },
  {
    menu: '/ip/hotspot/ip-binding',
    version: '7.9.2',
    fields: { address: '0.0.0.1', 'mac-address': '00:00:00:00:01:10', 'to-address': '0.0.0.2', comment: 'comment' },
    keys: 'address comment disabled mac-address to-address',
  },
  {
    menu: '/ip/hotspot/walled-garden/ip',
    version: '7.9.2',
    fields: { action: 'reject', 'dst-address': '!0.0.0.0', 'dst-port': '0-65535', protocol: 'tcp' },
    keys: 'action disabled dst-address dst-port invalid protocol',
  },
  {
    menu: '/ip/hotspot/service-port',
    version: '7.9.2',
    keys: 'disabled name ports',
    values: { '.id': '*1', name: 'ftp', ports: '21' },
  },
  {
    menu: '/queue/simple',
    version: '7.9.2',
    fields: { name: 'queue1', target: '1.0.1.0/24', comment: 'comment' },
    keys: 'bucket-size burst-limit burst-threshold burst-time bytes comment disabled dropped dynamic invalid limit-at max-limit name packet-marks packet-rate packets parent priority queue queued-bytes queued-packets rate target total-bytes total-dropped total-packet-rate total-packets total-queued-bytes total-queued-packets total-rate',
    values: { queue: 'default-small/default-small', priority: '8/8', 'burst-time': '0s/0s' },
  },
  {
    menu: '/queue/tree',
    version: '7.9.2',
    fields: { name: 'queue1', parent: 'global', comment: 'comment' },
    keys: 'bucket-size burst-limit burst-threshold burst-time bytes comment disabled dropped invalid limit-at max-limit name packet-mark packet-rate packets parent priority queue queued-bytes queued-packets rate',
    values: { parent: 'global', 'bucket-size': '0.1' },
  },
  {
    menu: '/ip/firewall/nat',
    version: '7.9.2',
    fields: {
      chain: 'srcnat',
      action: 'masquerade',
      'out-interface': 'all-wireless',
      'src-address-list': 'LAN',
    },
    keys: 'action bytes chain disabled dynamic invalid log log-prefix out-interface packets src-address-list',
  },
  {
    menu: '/ip/dns',
    version: '6.49.17',
    keys: 'allow-remote-requests cache-max-ttl cache-size cache-used dynamic-servers max-concurrent-queries max-concurrent-tcp-sessions max-udp-packet-size query-server-timeout query-total-timeout servers use-doh-server verify-doh-cert',
    values: { 'cache-size': '2048', 'cache-max-ttl': '1w' },
  },
  {
    menu: '/ip/service',
    version: '7.9.2',
    keys: 'address disabled invalid name port vrf',
    values: { '.id': '*0', name: 'telnet' },
  },
  {
    menu: '/system/script',
    version: '7.9.2',
    fields: { name: 'unreg_died', policy: 'read,write,policy,password,sensitive', owner: 'admin' },
    keys: 'dont-require-permissions invalid name owner policy run-count source',
    values: { policy: 'read,write,policy,password,sensitive' },
  },
  {
    menu: '/user/group',
    version: '7.9.2',
    keys: 'name policy skin',
    values: {
      '.id': '*1',
      name: 'read',
      policy:
        'local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon,rest-api,!ftp,!write,!policy',
    },
  },
  {
    menu: '/ip/traffic-flow',
    version: '7.9.2',
    keys: 'active-flow-timeout cache-entries enabled inactive-flow-timeout interfaces packet-sampling sampling-interval sampling-space',
  },
  {
    menu: '/ip/traffic-flow/target',
    version: '7.9.2',
    fields: { 'dst-address': '0.0.0.0' },
    keys: 'disabled dst-address port src-address v9-template-refresh v9-template-timeout version',
    values: { port: '2055', version: '9', 'v9-template-timeout': '30m' },
  },
  {
    menu: '/ip/dhcp-server/option/sets',
    version: '7.9.2',
    before: (router) => {
      for (const name of ['mtu', 'unifi'])
        router.add('/ip/dhcp-server/option', { name, code: '66', value: '0x00002311' });
    },
    fields: { name: 'netboot', options: 'unifi,mtu' },
    keys: 'name options',
    values: { options: 'unifi,mtu' },
  },
  {
    menu: '/ipv6/dhcp-server',
    version: '7.9.2',
    fields: { name: 'server1', interface: 'ether2', comment: 'c' },
    keys: 'address-pool comment dhcp-option disabled duid dynamic interface invalid lease-time name preference rapid-commit route-distance use-radius',
    values: { 'use-radius': 'false', preference: '255' },
  },
];

describe('rows as a print shows them have the keys of real ones', () => {
  it.each(shapes)('$menu of $version', async ({ menu, version, before, fields, keys, values }) => {
    await using lab = await startRouter({ version });
    const { router } = lab;
    before?.(router);

    const id = fields === undefined ? undefined : router.add(menu, fields);
    const row = router.rows(menu).find((each) => id === undefined || each['.id'] === id);

    const shown = Object.keys(row ?? {}).filter((name) => name !== '.id');
    expect(shown.sort()).toEqual(keys.split(' ').sort());
    expect(row).toMatchObject(values ?? {});
  });

  it('/ppp/profile shows the id of a pool that is gone', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/pool', { name: 'first', ranges: '10.0.0.0/24' });
    router.add('/ip/pool', { name: 'gone', ranges: '10.0.1.0/24' });
    router.add('/ppp/profile', { name: 'ovpn', 'remote-address': 'gone' });

    router.remove('/ip/pool', 'gone');
    router.add('/ip/pool', { name: 'gone', ranges: '10.0.1.0/24' });

    expect(router.row('/ppp/profile', 'ovpn')).toMatchObject({ 'remote-address': '*2' });
  });

  it('/ip/dhcp-server/option shows the octets of its value', async () => {
    await using lab = await startRouter();
    const { router } = lab;

    router.add('/ip/dhcp-server/option', { name: 'optionname', code: '66', value: '0x00002311' });

    expect(router.row('/ip/dhcp-server/option', 'optionname')).toMatchObject({
      code: '66',
      value: '0x00002311',
      'raw-value': '00002311',
    });
  });
});
