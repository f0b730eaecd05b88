import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { LoginLimits } from '../../src/directory/reader.ts';
import { loginOf, nasOf, servedLogin } from '../../src/directory/row-meaning.ts';
import { directoryRows } from '../../src/directory/rows.ts';
import type { Model } from '../../src/model/model.ts';
import { checkAttribute, hidesValue } from '../../src/radius/dictionary/check-attribute.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { type NasWords, prepareReply } from '../../src/radius/reply/access-accept.ts';
import { octetLimits } from '../../src/radius/reply/vendor-words.ts';
import { load, modelOf } from '../support/manifest.ts';

const profiles: Readonly<Record<string, NasWords>> = {
  mikrotik: { profile: 'mikrotik' },
  generic: { profile: 'generic' },
  'generic, redirect: filter': { profile: 'generic', redirect: 'filter' },
  'generic, redirect: url': { profile: 'generic', redirect: 'url' },
  'generic, redirect: cisco': { profile: 'generic', redirect: 'cisco' },
  omada: { profile: 'omada' },
  'omada, redirect: url': { profile: 'omada', redirect: 'url' },
};

const service = `apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec:
  access: [pppoe, hotspot]
  rate:
    {down: 20M, up: 5M, burst: {down: 40M, up: 10M, seconds: 8}, guaranteed: {down: 2M, up: 1M}, priority: 4}
  sessions: {max: 2, idleTimeout: 10m}
  address: {pool: homes, ipv6: {prefixPool: links, delegatedPool: delegated}}
  connections: 500
  onSuspend: {redirect: {addressList: late, rate: {down: 512k, up: 256k}, site: cafe}}
  attributes:
    - {name: Filter-Id, value: homes.in}
    - {name: 'Tunnel-Type:1', value: VLAN}
    - {name: 'Tunnel-Password:1', value: {env: LASTMILE_SECRET_MASTER}}
---
`;

const network = (client: string, spec = '', plan = service): Record<string, string> => ({
  'isp.yaml': `${plan}apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec:
  masterKey: {env: LASTMILE_SECRET_MASTER}
  portal: {publicUrl: 'https://portal.example'}
  radius:
    servers: [{name: main, address: 192.0.2.2}]
    clients: [${client}]
---
apiVersion: lastmile/v1
kind: PortalSite
metadata: {name: cafe}
spec: {bridge: {mikrotik: {router: core-1, hotspot: guests, loginUrl: 'http://login.example/login'}}, methods: [login]}
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.11
  radius: {secret: {derive: 1}, services: [hotspot]}
  hotspots: [{name: guests, interface: ether2, address: 10.5.0.1, dnsName: login.example}]
---
apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: anna}
spec: {service: home, username: anna, password: {derive: 1}, address: 10.0.0.9, routes: [10.9.0.0/24]${spec}}
`,
});

const wlan = '{name: wlan, clientAddress: 192.0.2.64/26, secret: {derive: 1}, redirect: filter}';
const rules = { attributeCheck: checkAttribute, attributeHides: hidesValue };

function limitsIn(model: Model): LoginLimits {
  const [row] = directoryRows(model).filter(({ menu }) => menu === 'login');
  if (row === undefined) throw new Error('no login');
  return servedLogin(loginOf(row)).limits;
}

function replies(limits: LoginLimits, kinds: readonly string[] = Object.keys(profiles)): string {
  const asked = Object.entries(profiles).filter(([name]) => kinds.includes(name));
  const blocks = asked.map(([name, nas]) => {
    const { encoded, hidden = [] } = prepareReply(limits, nas);
    const octets = Buffer.from(encoded);
    const open = describeAttributes(octets, 0, octets.length).map((each) => `  ${each.name} = ${each.value}`);
    return [`${name}:`, ...open, ...hidden.map((each) => `  ${each.name} = [hidden in each packet]`)].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

describe('what each kind of NAS is told', () => {
  it('IW-06, IW-08, IW-09, IW-27: of a subscriber with every limit', async () => {
    const limits = limitsIn(modelOf(network(wlan), rules));
    const kinds = ['mikrotik', 'generic', 'omada'];

    await expect(replies(limits, kinds)).toMatchFileSnapshot('./vendor-replies/active.txt');
  });

  it('IS-03: of somebody suspended who is to meet a page, each in its own way', async () => {
    const limits = limitsIn(modelOf(network(wlan, ', state: suspended'), rules));

    await expect(replies(limits)).toMatchFileSnapshot('./vendor-replies/suspended.txt');
  });

  it('names no page where no NAS must be told of one, since RouterOS brings people there by itself', () => {
    const plain = wlan.replace(', redirect: filter', '');

    expect(limitsIn(modelOf(network(plain, ', state: suspended'), rules)).page).toEqual({ list: 'late' });
    expect(limitsIn(modelOf(network(wlan, ', state: suspended'), rules)).page).toEqual({
      list: 'late',
      url: 'https://portal.example/p/cafe',
    });
  });

  it('has rates beyond 32 bits clamped for WISPr, and told in full where they are counted in thousands', () => {
    const limits = { interimSeconds: 60, rate: { up: 1, down: 10e9 }, rateLimit: '1/10G', attributes: [] };
    const { summary } = prepareReply(limits, { profile: 'generic' });

    expect(summary).toContain('WISPr-Bandwidth-Max-Down=4294967295');
    expect(summary).toContain('ChilliSpot-Bandwidth-Max-Down=10000000');
    expect(summary).toContain('ChilliSpot-Bandwidth-Max-Up=1,');
  });
});

describe('octets that are left', () => {
  const told = (profile: NasWords['profile'], left: Parameters<typeof octetLimits>[0]) =>
    octetLimits(left, profile).map(({ name, value }) => `${name}=${String(value)}`);

  it('are two words for RouterOS, which counts from its own side', () => {
    expect(told('mikrotik', { up: 5n, down: 2n ** 33n + 7n, total: 0n })).toEqual([
      'Mikrotik-Recv-Limit=5',
      'Mikrotik-Xmit-Limit=7',
      'Mikrotik-Xmit-Limit-Gigawords=2',
      'Mikrotik-Total-Limit=1',
    ]);
  });

  it('are one word for CoovaChilli, and nothing for Omada', () => {
    expect(told('generic', { up: 2n ** 40n, down: 9n, total: 0n })).toEqual([
      'ChilliSpot-Max-Input-Octets=4294967295',
      'ChilliSpot-Max-Output-Octets=9',
      'ChilliSpot-Max-Total-Octets=1',
    ]);
    expect(told('omada', { total: 9n })).toEqual([]);
  });
});

describe('a NAS that is no declared router', () => {
  const nasIn = (client: string) =>
    directoryRows(modelOf(network(client), rules))
      .filter(({ identity }) => identity === 'wlan')
      .map(nasOf)[0];

  it('has its own port for CoA, side to count from, way to redirect and words', () => {
    const declared = wlan.replace(
      '}, redirect: filter',
      '}, redirect: url, profile: omada, coaPort: 1700, swapOctets: true',
    );

    expect(nasIn(declared)).toMatchObject({ profile: 'omada', coaPort: 1700, swapOctets: true, redirect: 'url' });
    expect(nasIn(wlan)).toMatchObject({ profile: 'generic', coaPort: 3799, redirect: 'filter' });
    expect(nasIn(wlan)).not.toHaveProperty('swapOctets');
  });

  it('that is a RouterOS needs no way to redirect, and says so', () => {
    const { issues } = load(network(wlan.replace('redirect', 'profile: mikrotik, redirect')), rules);

    expect(issues.map(({ code, message }) => `${code} ${message}`)).toContain(
      'LM_NOT_POSSIBLE "wlan" is a RouterOS, which keeps people to a page by its address list',
    );
  });
});

describe('an attribute that holds a password', () => {
  const withValue = (value: string) => network(wlan, '', service.replace('{env: LASTMILE_SECRET_MASTER}', value));

  it('is a secret however it is written, and in the directory beside those in the open', () => {
    for (const value of ['hush', '{derive: 2}']) {
      const [row] = directoryRows(modelOf(withValue(value), rules)).filter(({ menu }) => menu === 'login');

      expect(row?.fields['secret-attributes']).toBeInstanceOf(Secret);
      expect(row?.fields['attributes']).toBe('[["Filter-Id","homes.in"],["Tunnel-Type:1","VLAN"]]');
    }
  });

  it('in clear text is warned about like any other', () => {
    const { issues } = load(withValue('hush'), { ...rules, example: false });

    expect(issues.map(({ code }) => code)).toContain('LM_SECRET_IN_TEXT');
  });

  it('is not shown when it does not fit', () => {
    const long = 'hush'.repeat(70);
    const issues = load(withValue(long), rules).issues.filter(({ code }) => code === 'LM_ATTRIBUTE');

    expect(issues.map(({ message }) => message)).toEqual(['Tunnel-Password takes 1 to 239 octets of text']);
  });
});
