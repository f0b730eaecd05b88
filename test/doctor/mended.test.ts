import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { Clinic, type ClinicOptions } from './clinic.ts';

interface Case {
  readonly code: string;
  readonly open?: ClinicOptions;
  /** After the declarations were applied. */
  readonly ill: (clinic: Clinic) => void;
}

const hotspot =
  '  hotspots: [{name: hs, interface: ether3, address: 10.41.0.1, profile: guests, loginBy: [http-chap]}]\n';

/** Whatever the doctor mends by a command of RouterOS without a blank in it for a person to fill in. */
const cases: readonly Case[] = [
  { code: 'LM_RIGHTS_MISSING', ill: set('/user/group', 'lastmile-group', { policy: '!sensitive' }) },
  { code: 'LM_API_SESSIONS', ill: set('/ip/service', 'api', { 'max-sessions': '2' }) },
  { code: 'LM_RADIUS_SOURCE', ill: set('/radius', undefined, { 'src-address': '127.0.0.9' }) },
  {
    code: 'LM_RADIUS_SOURCE_MISSING',
    ill: ({ router }) => {
      router.remove('/ip/address', firstOf(router, '/ip/address'));
      router.remove('/interface/bridge', 'loopback');
    },
  },
  {
    code: 'LM_RADIUS_SOURCE_PORT',
    ill: (clinic) => {
      set('/ip/address', undefined, { interface: 'ether1' })(clinic);
      clinic.router.remove('/interface/bridge', 'loopback');
    },
  },
  { code: 'LM_RADIUS_TIMEOUT', ill: set('/radius', undefined, { timeout: '1ms' }) },
  { code: 'LM_RADIUS_UNSIGNED', ill: set('/radius', undefined, { 'require-message-auth': 'no' }) },
  { code: 'LM_COA_OFF', ill: set('/radius/incoming', 'settings', { accept: 'no' }) },
  { code: 'LM_COA_PORT', ill: set('/radius/incoming', 'settings', { port: '1700' }) },
  { code: 'LM_PPP_RADIUS_OFF', ill: set('/ppp/aaa', 'settings', { 'use-radius': 'no' }) },
  { code: 'LM_PPP_ACCOUNTING_OFF', ill: set('/ppp/aaa', 'settings', { accounting: 'no' }) },
  {
    code: 'LM_HOTSPOT_INTERIM',
    open: { spec: hotspot },
    ill: set('/ip/hotspot/profile', 'guests', { 'radius-interim-update': '10m' }),
  },
  {
    code: 'LM_DHCP_AND_HOTSPOT',
    open: { spec: hotspot },
    ill: ({ router }) =>
      void router.add('/ip/dhcp-server', { name: 'lan', interface: 'ether3', 'use-radius': 'yes', disabled: 'no' }),
  },
  {
    code: 'LM_OPEN_RESOLVER',
    ill: (clinic) => {
      clinic.router.add('/interface/list', { name: 'WAN' });
      set('/ip/dns', 'settings', { 'allow-remote-requests': 'yes' })(clinic);
    },
  },
  {
    code: 'LM_USER_MANAGER',
    open: { packages: ['user-manager'] },
    ill: set('/user-manager', 'settings', { enabled: 'yes' }),
  },
  {
    code: 'LM_FASTTRACK',
    ill: ({ router }) => void router.add('/ip/firewall/filter', { chain: 'forward', action: 'fasttrack-connection' }),
  },
];

describe('what the doctor finds', () => {
  it.each(cases)('is mended by the command it tells, and found no more: $code', async ({ code, open, ill }) => {
    const users = [
      { name: 'lastmile', password: 'api', policies: ['read', 'write', 'api', 'sensitive', 'test'] },
      { name: 'noc', password: 'noc' },
    ];
    await using clinic = await Clinic.open({ ...open, users });
    await clinic.apply();
    ill(clinic);
    const found = await clinic.findings();
    expect(found).toEqual([expect.stringMatching(new RegExp(`^${code} `))]);

    await typed(clinic, commandsOf(found[0] ?? ''));

    expect(await clinic.findings()).toEqual([]);
  });
});

/** The commands in what is said after the arrow, without the words for people around them. */
function commandsOf(finding: string): readonly string[] {
  const mend = finding.slice(finding.indexOf(' → ') + 3);
  return [...mend.matchAll(/(?:^|; |\bor )(\/[a-z][^;,(]*)/g)].map(([, command = '']) => command.trim());
}

/** A person types them into a terminal of the router. */
async function typed({ router }: Clinic, commands: readonly string[]): Promise<void> {
  const login = { router: 'core-1', username: 'noc', password: new Secret('noc') };
  await using session = await connectRouterOs({ ...login, host: router.apiHost, port: router.apiPort });
  expect(commands).not.toEqual([]);
  for (const script of commands) await session.run('/execute', { script, 'as-string': '' });
  await router.settled();
}

/** Sets fields of a row, by its name; of the first one without, or of a menu of settings. */
function set(menu: string, which: string | undefined, fields: Readonly<Record<string, string>>): Case['ill'] {
  return ({ router }) => router.set(menu, which === 'settings' ? undefined : (which ?? firstOf(router, menu)), fields);
}

function firstOf(router: Clinic['router'], menu: string): string {
  const id = router.rows(menu).find((row) => row['dynamic'] !== 'true')?.['.id'];
  if (id === undefined) throw new Error(`${menu} is empty`);
  return id;
}
