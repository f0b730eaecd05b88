import { nearest } from '../../base/nearest.ts';

/** What a router tells of one field: the words it offers, and the form of other values in its own words. */
export interface Offer {
  readonly words: ReadonlySet<string>;
  /** `time interval`, `string value`, `pap|chap[,Authentication*]`; empty where there are only words. */
  readonly notation: string;
}

/** What is asked of a value: `nearly` takes a word for wrong only where it is one letter or so from another. */
export type Certainty = 'surely' | 'nearly';

/**
 * Fields that take one or some of RouterOS's own words in every menu that has them (7.22.3, CLI reference: `enum`, `ubit`
 * with all their words). Names alone tell them from fields that take names of rows: /console/inspect offers both alike.
 */
const closed: ReadonlySet<string> = new Set([
  ...['accept-router-advertisements', 'action', 'add-default-route', 'arp', 'auth-algorithms', 'auth-method'],
  ...['authentication', 'authentication-protocol', 'cake-ack-filter', 'cake-atm', 'cake-diffserv', 'cake-flowmode'],
  ...['cake-overhead-scheme', 'certificate-verification', 'check-gateway', 'ciphers', 'connection-nat-state'],
  ...['connection-state', 'connection-type', 'crl-store', 'days', 'dh-group', 'digest-algorithm', 'dst-address-type'],
  ...['dynamic-lease-identifiers', 'eap-methods', 'enc-algorithm', 'enc-algorithms', 'encryption-protocol'],
  ...['exchange-mode', 'fec-mode', 'frame-types', 'generate-policy', 'hash-algorithm', 'host-key-type', 'hotspot'],
  ...['ia-type', 'igmp-version', 'inactivity-policy', 'ipsec-protocols', 'ipv4-multipath-hash-policy', 'ipv4-options'],
  ...['key-usage', 'kind', 'level', 'login-by', 'mac-auth-mode', 'mld-version', 'mode', 'multicast-router'],
  ...['multipath-hash-policy', 'nas-port-type', 'packing', 'password-authentication', 'pcq-classifier', 'pfs-group'],
  ...['policy', 'prf-algorithm', 'proposal-check', 'protocol', 'protocol-mode', 'ra-preference', 'record-type'],
  ...['reject-with', 'remote-protocol', 'rp-filter', 'src-address-type', 'syslog-facility', 'syslog-severity'],
  ...['syslog-time-format', 'tcp-flags', 'tls-version', 'topics', 'trap-version', 'unpacking', 'version'],
]);

/** Parts of names of fields that take what somebody made up, or values of several parts: nothing to hold them against. */
const free: ReadonlySet<string> = new Set([
  ...['name', 'names', 'comment', 'chain', 'target', 'list', 'lists', 'mark', 'marks', 'table', 'tables', 'zone'],
  ...[
    'interface',
    'interfaces',
    'iface',
    'ifaces',
    'port',
    'ports',
    'bridge',
    'bond',
    'vrf',
    'vrfs',
    'parent',
    'master',
  ],
  ...[
    'profile',
    'profiles',
    'pool',
    'pools',
    'queue',
    'queues',
    'group',
    'groups',
    'user',
    'users',
    'server',
    'servers',
  ],
  ...['certificate', 'ca', 'peer', 'peers', 'proposal', 'identity', 'template', 'option', 'options', 'set', 'instance'],
  ...[
    'area',
    'filter',
    'rule',
    'chains',
    'script',
    'event',
    'up',
    'down',
    'source',
    'file',
    'files',
    'directory',
    'dir',
  ],
  ...[
    'path',
    'host',
    'hostname',
    'domain',
    'realm',
    'address',
    'addresses',
    'gateway',
    'network',
    'prefix',
    'url',
    'id',
  ],
  ...[
    'key',
    'keys',
    'password',
    'passphrase',
    'secret',
    'ssid',
    'text',
    'regexp',
    'content',
    'value',
    'label',
    'country',
  ],
  ...['configuration', 'security', 'datapath', 'steering', 'interworking', 'channel', 'before', 'contact', 'location'],
  ...[
    'envlist',
    'envs',
    'mounts',
    'mount',
    'image',
    'root',
    'disk',
    'device',
    'devices',
    'dns',
    'description',
    'pattern',
  ],
  ...[
    'ipsec-policy',
    'skin',
    'community',
    'service',
    'services',
    'sender',
    'recipient',
    'from',
    'to',
    'body',
    'subject',
  ],
]);

const booleans: ReadonlySet<string> = new Set(['yes', 'no', 'true', 'false']);

/** Names of rows that every router has, and what stands for several of them: where these are offered, names are taken. */
const rowNames: ReadonlySet<string> = new Set([
  ...['default', 'default-encryption', 'default-small', 'ether1', 'lo', 'main', 'dynamic', 'static', 'full', 'admin'],
]);

/** How sure one can be that a field of this name takes nothing but words; `undefined`: it takes what one makes up. Pure. */
export function certaintyOf(field: string): Certainty | undefined {
  if (closed.has(field)) return 'surely';
  return free.has(field) || field.split(/[-.]/).some((part) => free.has(part)) ? undefined : 'nearly';
}

/** The words in a value that somebody may have misspelled: `established,!new` has two; numbers and addresses none. Pure. */
export function wordsIn(value: string): readonly string[] {
  if (value.length > 300) return [];
  const parts = value.split(',').map((part) => part.trim().replace(/^!/, ''));
  return parts.filter((part) => /^[a-z][a-z0-9-]*$/i.test(part) && !booleans.has(part));
}

/**
 * Is this none of the words that the field takes? Only where what the router offers is plainly a set of words: all of it
 * words, no name of a row among them, and no other form of value beside them. Pure.
 *
 * @param isName has a row that is declared somewhere that name? Then it may be what the field takes.
 */
export function isWrong(
  word: string,
  { words, notation }: Offer,
  certainty: Certainty,
  isName: (word: string) => boolean,
): boolean {
  if (words.size < 2 || words.has(word) || isName(word)) return false;
  if ([...words].every((each) => booleans.has(each))) return true;
  if (notation !== '' && !isWordList(notation)) return false;
  if (certainty === 'surely') return true;
  if ([...words].some((each) => rowNames.has(each) || !/^[a-z0-9][\w.-]*$/i.test(each))) return false;
  return isWordList(notation) || (meant(word, words) !== undefined && ![...words].some(isName));
}

/** The word that was meant, if one can tell. Pure. */
export function meant(word: string, words: ReadonlySet<string>): string | undefined {
  const longer = [...words].filter((each) => each.startsWith(word));
  if (longer.length === 1) return longer[0];
  return [...words].find((each) => isSwapped(word, each)) ?? nearest(word, words);
}

/** `tpc` for `tcp`: to the eye one mistake, to `nearest` two, which is too many for a short word. */
function isSwapped(word: string, other: string): boolean {
  if (word.length !== other.length || word === other) return false;
  let at = 0;
  while (word[at] === other[at]) at += 1;
  return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2) === other;
}

/** `pap|chap|mschap1[,Authentication*]`: the words are all there is. */
function isWordList(notation: string): boolean {
  return /^[\w.+-]+(?:\|[\w.+-]+)+(?:\[,\w+\*\])?$/.test(notation);
}
