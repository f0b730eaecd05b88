import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { Clinic, type ClinicOptions } from './clinic.ts';

interface Case {
  readonly title: string;
  readonly open?: ClinicOptions;
  /** After the declarations were applied. */
  readonly ill?: (clinic: Clinic) => void | Promise<void>;
  readonly ping?: string;
  readonly found: readonly RegExp[];
}

const dayAhead = { ...systemClock, now: () => systemClock.now() + 86_400_000 };
const hotspot =
  '  hotspots: [{name: hs, interface: ether3, address: 10.41.0.1, profile: guests, loginBy: [http-chap]}]\n';

const cases: readonly Case[] = [
  sick('SPL-11: a right that is missing: it and the menu are named', {
    ill: ({ router }) => router.set('/user/group', 'lastmile-group', { policy: '!sensitive' }),
    found: [/^LM_RIGHTS_MISSING .*"sensitive".* → \/user\/group\/set lastmile-group policy=sensitive/],
  }),
  sick('SPL-09: sessions of the API that are nearly used up', {
    ill: ({ router }) => router.set('/ip/service', 'api', { 'max-sessions': '2' }),
    found: [/^LM_API_SESSIONS 1 of 2 sessions .* → \/ip\/service\/set api max-sessions=4/],
  }),
  sick('IS-33: another shared secret', {
    ill: ({ router }) => router.set('/radius', firstOf(router, '/radius'), { secret: 'another' }),
    found: [/^LM_RADIUS_SECRET its shared secret for 127\.0\.0\.1 .* → lastmile apply --target core-1$/],
  }),
  sick('no row for our server', {
    ill: ({ router }) => router.set('/radius', firstOf(router, '/radius'), { disabled: 'yes' }),
    found: [/^LM_RADIUS_NOT_ASKED .* → lastmile apply --target core-1$/],
  }),
  sick('IS-33: packets from another address than declared', {
    ill: ({ router }) => router.set('/radius', firstOf(router, '/radius'), { 'src-address': '127.0.0.9' }),
    found: [/^LM_RADIUS_SOURCE it asks 127\.0\.0\.1 from 127\.0\.0\.9, .* → .*src-address=127\.0\.0\.1$/],
  }),
  sick('IS-35: a source address that the router has not', {
    ill: ({ router }) => router.remove('/ip/address', firstOf(router, '/ip/address')),
    found: [/^LM_RADIUS_SOURCE_MISSING .* → .*\/ip\/address\/add address=127\.0\.0\.1\/32 interface=loopback$/],
  }),
  sick('IS-35: a source address on a port with a cable', {
    ill: ({ router }) => router.set('/ip/address', firstOf(router, '/ip/address'), { interface: 'ether1' }),
    found: [/^LM_RADIUS_SOURCE_PORT src-address 127\.0\.0\.1 is on ether1 \(ether\)/],
  }),
  sick('IS-34: less patience than the way there and back takes', {
    ill: ({ router }) => router.set('/radius', firstOf(router, '/radius'), { timeout: '1ms' }),
    found: [
      /^LM_RADIUS_TIMEOUT it waits 1ms .*takes 1 ms → \/radius\/set \[find address=127\.0\.0\.1\] timeout=1s500ms/,
    ],
  }),
  sick('answers that nobody signed, taken', {
    ill: ({ router }) => router.set('/radius', firstOf(router, '/radius'), { 'require-message-auth': 'no' }),
    found: [/^LM_RADIUS_UNSIGNED .* → .*require-message-auth=yes-for-request-resp$/],
  }),
  sick('IS-19: a version that may not sign its requests, and cannot want signed answers', {
    open: { version: '7.14.3', radius: 'messageAuthenticator: off' },
    ill: (clinic) => clinic.declare(),
    found: [/^LM_RADIUS_UNSIGNED RouterOS 7\.14\.3 /, /^LM_ROUTER_VERSION RouterOS 7\.14\.3 .*CVE-2024-3596/],
  }),
  sick('IW-04: CoA off', {
    ill: ({ router }) => router.set('/radius/incoming', undefined, { accept: 'no' }),
    found: [/^LM_COA_OFF .* → \/radius\/incoming\/set accept=yes port=3799$/],
  }),
  sick('IW-04: CoA on another port', {
    ill: ({ router }) => router.set('/radius/incoming', undefined, { port: '1700' }),
    found: [/^LM_COA_PORT .*port 1700.* → \/radius\/incoming\/set accept=yes port=3799, or declare/],
  }),
  sick('PPP that does not ask RADIUS', {
    ill: ({ router }) => router.set('/ppp/aaa', undefined, { 'use-radius': 'no' }),
    found: [/^LM_PPP_RADIUS_OFF /],
  }),
  sick('PPP without accounting', {
    ill: ({ router }) => router.set('/ppp/aaa', undefined, { accounting: 'no' }),
    found: [/^LM_PPP_ACCOUNTING_OFF /],
  }),
  sick('IW-08: a hotspot with an interval of its own', {
    open: { spec: hotspot },
    ill: ({ router }) => router.set('/ip/hotspot/profile', 'guests', { 'radius-interim-update': '10m' }),
    found: [/^LM_HOTSPOT_INTERIM hotspot profile guests .*10m.* → .*set "guests" radius-interim-update=received$/],
  }),
  sick('a hotspot and a DHCP server that ask about the same devices', {
    open: { spec: hotspot },
    ill: ({ router }) =>
      void router.add('/ip/dhcp-server', { name: 'lan', interface: 'ether3', 'use-radius': 'yes', disabled: 'no' }),
    found: [/^LM_DHCP_AND_HOTSPOT DHCP server lan and hotspot hs on ether3 .* → .*"lan" use-radius=no$/],
  }),
  sick('IS-50: a name server for everybody', {
    ill: ({ router }) => router.set('/ip/dns', undefined, { 'allow-remote-requests': 'yes' }),
    found: [/^LM_OPEN_RESOLVER .*\(udp, tcp\) → .*chain=input protocol=udp dst-port=53 /],
  }),
  sick('IS-50: a name server for everybody who speaks TCP', {
    ill: ({ router }) => {
      router.set('/ip/dns', undefined, { 'allow-remote-requests': 'yes' });
      router.add('/ip/firewall/filter', { chain: 'input', action: 'drop', 'connection-state': 'invalid' });
      const dns = { protocol: 'udp', 'dst-port': '50-60,80' };
      router.add('/ip/firewall/filter', { chain: 'input', action: 'drop', 'in-interface': 'ether1', ...dns });
    },
    found: [/^LM_OPEN_RESOLVER .*\(tcp\) → /],
  }),
  sick('IS-50: no name server for everybody where a rule keeps strangers out', {
    ill: ({ router }) => {
      router.set('/ip/dns', undefined, { 'allow-remote-requests': 'yes' });
      router.add('/ip/firewall/filter', {
        chain: 'input',
        action: 'accept',
        'connection-state': 'established,related',
      });
      router.add('/ip/firewall/filter', { chain: 'input', action: 'drop', 'in-interface': 'ether1' });
    },
    found: [],
  }),
  sick('IS-50: no name server for everybody where it is declared, with its rules', {
    ill: async (clinic) => {
      const spec = '  pools: [{name: home, ranges: [10.0.0.2-10.0.0.9]}]\n';
      clinic.declare({ spec, system: ', dns: {allowRemoteRequests: true}' });
      await clinic.apply();
    },
    found: [],
  }),
  sick('IS-50: no name server for everybody where chains of somebody decide', {
    ill: ({ router }) => {
      router.set('/ip/dns', undefined, { 'allow-remote-requests': 'yes' });
      router.add('/ip/firewall/filter', { chain: 'strangers', action: 'return' });
      router.add('/ip/firewall/filter', { chain: 'input', action: 'jump', 'jump-target': 'strangers' });
    },
    found: [],
  }),
  sick('IS-20: no way to the Internet', {
    ill: ({ router }) => router.remove('/ip/route', firstOf(router, '/ip/route')),
    found: [/^LM_NO_INTERNET it has no active default route/],
  }),
  sick('IS-20: nobody answers out there', {
    ping: '192.0.2.200',
    found: [/^LM_NO_INTERNET 192\.0\.2\.200 does not answer .* → \/tool\/traceroute 192\.0\.2\.200/],
  }),
  sick('IS-18: a licence for one guest', {
    open: { licenceLevel: '3', spec: hotspot },
    found: [/^LM_LICENCE_LEVEL its licence is of level 3/],
  }),
  sick('IS-18: a virtual router without a licence', {
    open: { licenceLevel: 'free' },
    found: [/^LM_LICENCE_LEVEL its CHR licence is free.* → \/system\/license\/renew/],
  }),
  sick('a clock that is a day ahead', {
    open: { clock: dayAhead },
    found: [/^LM_CLOCK_SKEW its clock is 24 h ahead/],
  }),
  sick('a clock that is a day ahead, of version 6', {
    open: { clock: dayAhead, version: '6.49.17', radius: 'messageAuthenticator: off' },
    found: [/^LM_ROUTER_VERSION RouterOS 6\.49\.17 /, /^LM_CLOCK_SKEW its clock is 24 h ahead/],
  }),
  sick('a clock that nobody sets', {
    ill: ({ router }) => router.set('/system/ntp/client', undefined, { enabled: 'no' }),
    found: [/^LM_NTP_OFF .* → declare system\.ntp\.servers/],
  }),
  sick('time servers that nobody named', {
    ill: ({ router }) => router.set('/system/ntp/client', undefined, { servers: '' }),
    found: [/^LM_NTP_UNSYNCHRONISED .*waiting/],
  }),
  sick('a device-mode that forbids the scheduler', {
    open: { deviceMode: 'home' },
    found: [
      /^LM_DEVICE_MODE its device-mode \(home\) forbids scheduler.* → \/system\/device-mode\/update scheduler=yes/,
    ],
  }),
  sick('a RADIUS server of its own', {
    open: { packages: ['user-manager'] },
    ill: ({ router }) => router.set('/user-manager', undefined, { enabled: 'yes' }),
    found: [/^LM_USER_MANAGER .* → \/user-manager\/set enabled=no$/],
  }),
  sick('SPL-26: FastTrack', {
    ill: ({ router }) => void router.add('/ip/firewall/filter', { chain: 'forward', action: 'fasttrack-connection' }),
    found: [/^LM_FASTTRACK FastTrack is on \(\/ip\/firewall\/filter forward\).* → \/ip\/firewall\/filter\/disable/],
  }),
];

function sick(title: string, rest: Omit<Case, 'title'>): Case {
  return { title, ...rest };
}

describe('a healthy router', () => {
  it('has nothing said of it', async () => {
    await using clinic = await Clinic.open();
    await clinic.apply();

    const told = await clinic.doctor({ detailedExitcode: true, ping: '127.0.0.1' });

    expect(told).toEqual({ code: 0, out: 'core-1, 7.22.3: nothing found\n', err: '' });
  });
});

describe('what the doctor finds on a router', () => {
  it.each(cases)('$title', async ({ open, ill, ping, found }) => {
    await using clinic = await Clinic.open(open);
    await clinic.apply();
    await ill?.(clinic);

    const findings = await clinic.findings(ping === undefined ? {} : { ping });

    expect(findings).toEqual(found.map((pattern) => expect.stringMatching(pattern)));
  });
});

function firstOf(router: Clinic['router'], menu: string): string {
  const id = router.rows(menu).find((row) => row['dynamic'] !== 'true')?.['.id'];
  if (id === undefined) throw new Error(`${menu} is empty`);
  return id;
}
