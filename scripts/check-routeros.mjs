// Checks every menu path and property name we use against what RouterOS says of itself.
//
//   node scripts/check-routeros.mjs FILE [DIST]
//
// FILE is a schema of one RouterOS version: menu path → { add, set, print, readonly, flags, unset, cmds }, each a list
// of names. DIST is the build (default: dist). Exits 1 with the list of names that RouterOS does not know.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Names routers were seen to use, though the schema does not list them: menu path → names, each with its evidence. */
const exceptions = new Map([]);

/** Menus the schema does not cover. Their names are those of the manual. */
const beyond = new RegExp(
  `^/(?:${[
    'caps-man',
    'interface/bridge/(?:filter|msti|nat|port|vlan)',
    'interface/(?:ethernet/switch|lte/apn|wireguard|wireless/(?:connect-list|security-profiles))',
    'interface/wifi/(?!access-list|registration)',
    'ipv6/(?:dhcp-client|route|firewall/(?:mangle|nat|raw))',
    'mpls',
    'routing',
    'system/(?:ntp/(?:key|server)|routerboard)',
    'tool/(?:bandwidth-server|graphing|mac-server|romon)',
  ].join('|')})`,
);
/** Kinds of interfaces it does not cover, either. */
const kinds = new RegExp(
  `^/interface/(?:${[
    '6to4|bonding|eoip|gre6?|ipip|macvlan|veth|vpls|vrrp|vxlan',
    '(?:l2tp|sstp|ovpn|pppoe|pptp)-client|(?:l2tp|sstp|ovpn|pptp)-server',
  ].join('|')})\\b`,
);

const [file, dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist')] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: check-routeros FILE [DIST]');
  process.exit(2);
}
const schema = JSON.parse(readFileSync(file, 'utf8'));
const menus = [...(await menusIn('simulator/routeros/all-menus.js')), ...(await menusIn('routeros/all-menus.js'))];
if (menus.length === 0) {
  console.error(`no menus below ${dist}: build first`);
  process.exit(2);
}

const unknown = menus.flatMap(({ from, menu }) => unknownNames(menu).map((text) => `${from}: ${text}`));
for (const line of unknown) console.error(line);
if (unknown.length > 0) process.exit(1);
const names = menus.reduce((sum, { menu }) => sum + propertyNames(menu).length, 0);
console.log(`${menus.length} menus, ${names} names: all known to RouterOS ${schema._meta?.routeros ?? ''}`.trim());

/** Every array of menus a module exports, and every menu. */
async function menusIn(path) {
  const full = resolve(dist, path);
  if (!existsSync(full)) return [];
  const exported = Object.values(await import(pathToFileURL(full).href)).flat();
  return exported.filter(isMenu).map((menu) => ({ from: path, menu }));
}

function isMenu(value) {
  return typeof value === 'object' && value !== null && typeof value.path === 'string' && value.path.startsWith('/');
}

function unknownNames(menu) {
  const known = schema[menu.path];
  // What only older versions had is in no schema of today.
  if (menu.goneSince !== undefined || beyond.test(menu.path) || kinds.test(menu.path)) return [];
  if (known === undefined) return [`${menu.path}: no such menu`];
  const names = new Set(['.id', ...(exceptions.get(menu.path) ?? [])]);
  for (const list of ['add', 'set', 'print', 'readonly', 'flags'])
    for (const name of known[list] ?? []) names.add(name);
  const problems = propertyNames(menu).filter((name) => !names.has(name));
  const commands = new Set([
    ...(known.cmds ?? []),
    'print',
    'get',
    'listen',
    known.add ? 'add' : '',
    known.set ? 'set' : '',
  ]);
  const verbs = (menu.verbs ?? []).filter((verb) => !commands.has(verb));
  const unset = Object.entries(menu.properties ?? {}).filter(
    ([, property]) => property?.unset === true && !property.goneSince,
  );
  return [
    ...problems.map((name) => `${menu.path}: no property ${name}`),
    ...verbs.map((verb) => `${menu.path}: no command ${verb}`),
    ...unset
      .filter(([name]) => !known.unset?.includes(name))
      .map(([name]) => `${menu.path}: unset does not know ${name}`),
    ...writableProblems(menu, known),
  ];
}

/** What a client may write must be an argument of `add` or `set`. */
function writableProblems(menu, known) {
  const writable = new Set([...(known.add ?? []), ...(known.set ?? [])]);
  return Object.entries(menu.properties ?? {})
    .filter(([, property]) => property?.type !== undefined && !property.readonly && property.goneSince === undefined)
    .filter(([name]) => !writable.has(name))
    .map(([name]) => `${menu.path}: ${name} cannot be written`);
}

/** Names stand as keys of `properties`, or in lists named below. */
function propertyNames(menu) {
  const lists = ['fields', 'properties', 'secretFields', 'canonical', 'defaults', 'proplist', 'managed'];
  const names = lists.flatMap((list) => {
    const value = menu[list];
    if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
    if (typeof value !== 'object' || value === null) return [];
    // What newer versions dropped is in no schema of today.
    return Object.keys(value).filter((name) => value[name]?.goneSince === undefined);
  });
  return [...new Set([...names, ...(menu.identity?.field === undefined ? [] : [menu.identity.field])])];
}
