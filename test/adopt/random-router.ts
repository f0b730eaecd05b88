import { allMenus } from '../../src/simulator/routeros/all-menus.ts';
import type { Menu, Property } from '../../src/simulator/routeros/menu.ts';
import type { ShownRow, SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Versions that differ in what they have and how they say it. */
export const versions = ['6.49.17', '7.9', '7.16', '7.22.3', '7.24'] as const;

/** Rows nobody could do without and still be let in; what only the router makes; what is there once. */
const leftAlone: ReadonlySet<string> = new Set(['/user', '/log', '/file', '/system/device-mode', '/certificate']);

/** Windows-1251 for `дом`, as the simulator keeps octets that are no UTF-8. */
const cyrillic = '\udce4\udcee\udcec';

const comments = [
  'office',
  '  two  spaces ',
  'Juan Pérez (calle "9") #12: sí',
  'строка 1\nстрока 2',
  'a: b',
  '- x',
  '? y',
  '{z',
  '[1, 2',
  '*ref &anchor !tag %TAG',
  '# not a comment',
  'it\'s \\ "both"',
  'yes',
  '~',
  '0x1F',
  '1e9',
  '2026-01-01',
  '\t',
  ' ',
  'x\r\ny\r\n',
  '\u0007bell',
  '\u2028\ufeff\u00ad',
  '🔑 密码',
  `${cyrillic} 5`,
  'lm:',
  'lm:lastmile/Subscriber/anna',
  'mine lm:lastmile/Subscriber/anna#2',
  'lm:lastmile/Service/home',
  'lm:default/Subscriber/anna',
  'x lm:default/Subscriber/ben#pppoe',
  'lm:default/Router/core-1#pool-p1',
  'lm:default/Service/fast',
  'lm:lastmile/Router/core-1#config-1',
  'lm:lastmile/ /x',
  'lm:other/Subscriber/ben',
  'theirs lm:other/Router/core-1#pool-x',
  'SpLUser_42',
  'UISP-QUEUE 7',
  'defconf',
  'managed by terraform',
  '$(cmd) %s `x` $x',
  'y'.repeat(300),
];

const names = [
  'anna',
  'Anna',
  'ANNA',
  'ben@isp.example',
  'juan perez',
  'ñandú',
  'дом',
  '密码',
  "o'brien",
  'say "x"',
  '50%',
  'a,b',
  'a;b',
  'a=b',
  'a/b',
  'a\\b',
  'a:b',
  'a#b',
  ' padded ',
  '*1',
  '*ZZ',
  '-',
  '---',
  '...',
  'yes',
  'null',
  '007',
  '1e9',
  '0x10',
  '12345678901234567890',
  '0C:42:A1:00:00:11',
  '0c42a1000012',
  'T-0C42A1000013',
  '10.0.0.5',
  'default',
  'none',
  'all',
  'lastmile',
  'core-1',
  'constructor',
  '__proto__',
  'fixed',
  'x'.repeat(70),
  'é'.repeat(140),
  'tab\there',
  'home 5M/20M',
  'pool1',
  'dhcp1',
  'hs-1',
  'guest',
  'p1',
  'fast',
  'slow',
];

const secrets = [
  'x',
  'pa55-anna',
  '007',
  "it's",
  '$HOME `id` "q"',
  '密码🔑',
  '',
  ' ',
  'a\nb',
  '#',
  '******',
  'é'.repeat(70),
];

const macs = [
  '0C:42:A1:00:00:11',
  '0C:42:A1:00:00:12',
  '0c-42-a1-00-00-13',
  'B8:88:E3:39:EF:E6',
  'FF:FF:FF:FF:FF:FF',
  '00:00:00:00:00:00',
  '01:00:5E:00:00:01',
  '02:00:00:00:00:01',
];

/** For all that has a shape. Most fit somewhere; what a property does not take it is not given. */
const values = [
  ...['10.0.0.1', '10.0.0.5', '10.0.0.77', '192.168.88.1', '0.0.0.0', '203.0.113.9', '255.255.255.255', '127.0.0.1'],
  ...['10.0.0.0/24', '10.0.0.1/24', '10.1.0.0/16', '0.0.0.0/0', '192.168.88.0/24', '10.0.0.9/32', '203.0.113.0/25'],
  ...['10.0.0.2-10.0.0.254', '10.0.0.10-10.0.0.20', '10.5.0.0/24', '10.0.0.5-10.0.0.5', '10.0.0.2-10.0.0.9,10.0.0.20'],
  ...['10.0.0.1,10.0.0.2', '8.8.8.8,1.1.1.1', 'fd00::1', 'fd00::/48', '2001:db8::/32', '2001:db8:1::/56', '::/0', '::'],
  ...[
    '0',
    '1',
    '2',
    '4',
    '8',
    '10',
    '53',
    '80',
    '100',
    '255',
    '443',
    '512',
    '1480',
    '1500',
    '8080',
    '65535',
    '4294967295',
  ],
  ...['0s', '1s', '10s', '30s', '5m', '1h', '1d', '1w2d3h4m5s', '300ms', '1500ms', '00:10:00', '1d00:00:10', '90m'],
  ...['5M', '5M/20M', '640k/5M 0/0 0/0 0/0 5', '1M/2M 2M/4M 1M/2M 8', '10M/50M 20M/100M 8M/40M 10/10 3 1M/1M', '1'],
  ...['1M 2M 1M 10 8', '10000000/2000000', '0/0', '100k', '2G', '0.1', '0.1/0.1', '8/8', '1/1', '10s/10s'],
  ...['80,443', '1000-2000', '!80', '!10.0.0.0/24', 'tcp', 'udp', '17', 'tcp,udp', '1,2', '1-1', 'auto', 'none', 'any'],
  ...['2026-01-02', 'jan/02/2026', '14:05:00', 'startup', 'yes', 'no', 'true', 'false', 'all', 'ether1', 'ether2'],
  ...[
    '*.example.com',
    'example.com',
    ':^.*\\.ru$',
    '/x?y=1',
    'https://portal.example/api',
    "'https://portal.example/api'",
  ],
  ...[
    '0x0a0b',
    "s'10.0.0.1'",
    '10.9.0.0/16 10.0.0.5 1',
    '10.9.0.0/16',
    '10.9.0.0/16,10.8.0.0/24 0.0.0.0 2',
    '24',
    '32',
  ],
  ...['1:c:42:a1:0:0:11', '1:b8:88:e3:39:ef:e6', 'ff:1:2:3', '0', 'opt 82', '0C42A1000011', 'list-a', 'list-a,list-b'],
  ...['UTC', 'Africa/Nairobi', 'XX:XX:XX:XX:XX:XX', 'XXXXXXXXXXXX', 'forward', 'input', 'srcnat', 'dstnat', 'hs-chain'],
  ...[
    'read,write',
    'api,read,!write',
    'ftp,reboot',
    'established,related',
    'pap,chap',
    'mac,http-pap',
    'cookie,http-chap',
  ],
];

/** What fits best where it is asked for. */
const special: Readonly<Record<string, readonly string[]>> = {
  name: names,
  comment: comments,
  password: secrets,
  secret: secrets.filter((text) => text !== ''),
  'mac-address': macs,
  'caller-id': [...macs, '', '*'],
  'service-name': names,
  'address-list': ['list-a', 'list-b', 'list-a,list-b', '', 'name with space'],
  list: ['list-a', 'blocked', 'name with space', 'дом'],
  'on-event': [':log info x', 'script-1', '/tool fetch url="http://x/?token=abc"\n:delay 1s'],
  source: [':log info "x"', '/ppp secret add name=$x password="y"\r\n# c', ''],
  service: ['any', 'pppoe', 'pppoe', 'l2tp', 'ovpn', 'hotspot', 'ppp,hotspot', 'dhcp'],
  'client-id': ['1:c:42:a1:0:0:11', 'ff:1:2:3', '0', 'text', '1:b8:88:e3:39:ef:e6'],
  'rate-limit': values.filter((text) => /^\d+[kMG ]?|\//.test(text)),
  chain: ['forward', 'srcnat', 'dstnat', 'hs-chain', 'postrouting', 'name with space'],
  policy: ['read,write', 'read,api,test,!write', 'ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon'],
};

/** Makes of a router just started one that many hands set up: what it takes of what is tried. */
export function setUp(router: SimulatedRouterOs, random: () => number): void {
  const there = new Set(router.menus);
  const menus = allMenus.filter((menu) => there.has(menu.path) && !leftAlone.has(menu.path));
  const busy = random() < 0.5 ? 0.25 : 0.7;
  for (let round = 0; round < 2; round += 1)
    for (const menu of menus) {
      if (random() > busy) continue;
      if (menu.kind === 'settings') change(router, menu, undefined, random);
      else if (menu.verbs.includes('add')) fill(router, menu, random);
    }
  for (const menu of menus) {
    if (menu.kind === 'settings' || random() > 0.4) continue;
    const row = one(router.rows(menu.path), random);
    if (row !== undefined && menu.verbs.includes('set')) change(router, menu, row, random);
  }
  for (const menu of menus) {
    const row = one(router.rows(menu.path), random);
    if (row === undefined || !menu.verbs.includes('remove') || random() > 0.25) continue;
    attempt(() => router.remove(menu.path, row['.id'] ?? ''));
  }
}

const crowded: ReadonlySet<string> = new Set(['/ppp/secret', '/ip/hotspot/user', '/ip/dhcp-server/lease']);

function fill(router: SimulatedRouterOs, menu: Menu, random: () => number): void {
  const count = 1 + Math.floor(random() * (crowded.has(menu.path) ? 14 : 4));
  let last: Readonly<Record<string, string>> = {};
  for (let at = 0; at < count; at += 1) {
    const again = at > 0 && random() < 0.2;
    last = again
      ? { ...last, ...fieldsFor(router, menu, random, 0.1) }
      : fieldsFor(router, menu, random, 0.1 + random() * 0.5);
    write(last, (fields) => router.add(menu.path, fields));
  }
}

function change(router: SimulatedRouterOs, menu: Menu, row: ShownRow | undefined, random: () => number): void {
  // The way by which we come in.
  if (row !== undefined && menu.path === '/ip/service' && row['name'] === 'api') return;
  if (row !== undefined && menu.path === '/user/group' && row['name'] === 'full') return;
  const fields = fieldsFor(router, menu, random, 0.15, false);
  write(fields, (some) => router.set(menu.path, row?.['.id'], some));
}

/** Without what the router does not take, an argument at a time. */
function write(
  fields: Readonly<Record<string, string>>,
  run: (fields: Readonly<Record<string, string>>) => void,
): void {
  let left = { ...fields };
  for (let tries = 0; tries < 6; tries += 1) {
    const refused = attempt(() => run(left));
    if (refused === undefined) return;
    const named = Object.keys(left).find((name) => new RegExp(`\\b(?:of|argument|parameter) ${name}\\b`).test(refused));
    if (named === undefined) return;
    const { [named]: _refused, ...rest } = left;
    left = rest;
  }
}

/** @returns what the router said against it */
function attempt(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function fieldsFor(
  router: SimulatedRouterOs,
  { path, properties }: Menu,
  random: () => number,
  share: number,
  whole = true,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [name, property] of Object.entries(properties)) {
    if (property.readonly === true) continue;
    const wanted = (whole && (property.mandatory === true || name === 'name')) || likely.has(name);
    if (!wanted && random() > share) continue;
    const value = valueFor(router, name, property, random);
    if (value !== undefined) fields[name] = value;
  }
  // Of somebody of ours who should have one, that he has none is a sign that it is hidden.
  if ((fields['password'] ?? '') === '' && /lm:default.Subscriber/.test(fields['comment'] ?? ''))
    delete fields['comment'];
  if (path.includes('/firewall/') && fields['chain'] === undefined && whole) fields['chain'] = 'forward';
  return fields;
}

const likely: ReadonlySet<string> = new Set([
  'profile',
  'password',
  'service',
  'disabled',
  'comment',
  'rate-limit',
  'address',
]);

function valueFor(
  router: SimulatedRouterOs,
  name: string,
  { type }: Property,
  random: () => number,
): string | undefined {
  const context = {
    argument: name,
    resolve: (menu: string, text: string) => {
      const row = router.rows(menu).find((each) => each['name'] === text || each['.id'] === text);
      return row === undefined
        ? ({ result: 'unknown' } as const)
        : ({ result: 'found', id: row['.id'] ?? '' } as const);
    },
    nameOf: () => undefined,
  };
  const fits = (text: string) => attempt(() => void type.parse(text, context)) === undefined;
  const referred =
    type.names === undefined || !router.menus.includes(type.names)
      ? []
      : router.rows(type.names).flatMap((row) => row['name'] ?? row['.id'] ?? []);
  const own = special[name] ?? [];
  const sets = [own, referred, type.words ?? [], values].filter((set) => set.length > 0);
  for (let tries = 0; tries < 30; tries += 1) {
    const set = tries < 3 ? sets[0] : one(sets, random);
    const text = one(set ?? [], random);
    if (text !== undefined && fits(text)) return text;
  }
  return undefined;
}

function one<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.floor(random() * list.length)];
}
