import { document, operator } from './manifest.ts';

type Files = Readonly<Record<string, string>>;

const router = `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.11
  api: {username: lastmile, password: {derive: 1}, tls: {mode: ca}}
  radius: {secret: {derive: 1}}
  pools:
    - {name: home, ranges: [10.0.0.2-10.0.0.199], static: [10.0.0.200/29]}
`;
const service = document('Service', 'home-20', 'access: [pppoe]\nrate: {down: 20M, up: 5M}\naddress: {pool: home}');

/** What is right about a repository in which one thing is wrong. */
export const sound: Files = { 'operator.yaml': operator, 'router.yaml': router, 'service.yaml': service };

const person = (name: string, more = '') =>
  document('Subscriber', name, `service: home-20\nusername: ${name}\npassword: {derive: 1}\n${more}`);
const people = (name: string, ...items: readonly string[]) =>
  `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: ${name}}\ndefaults: {service: home-20, password: {derive: 1}}\nitems:\n${items.map((each) => `  - ${each}\n`).join('')}`;

/** One mistake each, as people make them: the files that are otherwise, and the code of what is found. */
export const mistakes: Readonly<Record<string, readonly [files: Files, code: string]>> = {
  'unknown-key': [{ 'm/unknown-key.yaml': person('a01', 'expries: 2027-01-31T10:00') }, 'LM_UNKNOWN_KEY'],
  'duplicate-key': [{ 'm/duplicate-key.yaml': person('a02', 'username: other') }, 'LM_DUPLICATE_KEY'],
  'number-for-text': [{ 'm/number.yaml': person('a03', 'contact: {phone: 07001234}') }, 'LM_TEXT_EXPECTED'],
  'password-of-digits': [{ 'm/digits.yaml': person('a04').replace('{derive: 1}', '20271031') }, 'LM_TEXT_EXPECTED'],
  'unknown-service': [{ 'm/service.yaml': person('a05').replace('home-20', 'hoem-20') }, 'LM_UNKNOWN_REFERENCE'],
  'unknown-router': [{ 'm/router.yaml': person('a06', 'router: core-9') }, 'LM_UNKNOWN_REFERENCE'],
  'duplicate-name': [
    { 'm/name.yaml': `${person('a07')}---\n${person('a07').replace('username: a07', 'username: b07')}` },
    'LM_DUPLICATE_NAME',
  ],
  'duplicate-username': [
    { 'm/username.yaml': people('list-08', '{name: a08, username: same08}', '{name: b08, username: same08}') },
    'LM_DUPLICATE_USERNAME',
  ],
  'duplicate-address': [
    {
      'm/address.yaml': people(
        'list-09',
        '{name: a09, username: a09, address: 10.0.0.201}',
        '{name: b09, username: b09, address: 10.0.0.201}',
      ),
    },
    'LM_DUPLICATE_ADDRESS',
  ],
  'address-outside-pools': [
    { 'm/outside.yaml': person('a10', 'router: core-1\naddress: 10.9.9.9') },
    'LM_ADDRESS_OUTSIDE_POOLS',
  ],
  'address-of-five-numbers': [{ 'm/five.yaml': person('a11', 'address: 10.0.0.0.1') }, 'LM_WRONG_FORMAT'],
  'rate-with-a-space': [
    { 'm/rate.yaml': document('Service', 's12', 'access: [pppoe]\nrate: {down: 20 M, up: 5M}') },
    'LM_WRONG_FORMAT',
  ],
  'bad-prefix': [{ 'm/prefix.yaml': person('a13', 'routes: [10.9.0.0/33]') }, 'LM_'],
  'pools-in-a-circle': [
    {
      'm/circle.yaml': router
        .replace('core-1', 'core-14')
        .replace('192.0.2.11', '192.0.2.14')
        .replace(/ {4}- \{name: home.*\n/, '    - {name: one, ranges: [10.14.0.2-10.14.0.9], next: one}\n'),
    },
    'LM_',
  ],
  'unknown-next-pool': [
    {
      'm/next.yaml': router
        .replace('core-1', 'core-15')
        .replace('192.0.2.11', '192.0.2.15')
        .replace(/ {4}- \{name: home.*\n/, '    - {name: one, ranges: [10.15.0.2-10.15.0.9], next: tow}\n'),
    },
    'LM_',
  ],
  'empty-secret': [{ 'm/secret.yaml': person('a16').replace('{derive: 1}', '""') }, 'LM_SECRET_EMPTY'],
  'variable-of-others': [{ 'm/variable.yaml': person('a17').replace('{derive: 1}', '{env: HOME}') }, 'LM_WRONG_FORMAT'],
  'two-operators': [{ 'z-operator.yaml': operator.replace('isp', 'isp-2') }, 'LM_SEVERAL_OPERATORS'],
  'wrong-version': [
    { 'm/version.yaml': person('a19').replace('lastmile/v1', 'lastmile/v2') },
    'LM_UNKNOWN_API_VERSION',
  ],
  'unknown-kind': [{ 'm/kind.yaml': person('a20').replace('Subscriber', 'Subscirber') }, 'LM_UNKNOWN_KIND'],
  'tab-indent': [{ 'm/tab.yaml': person('a21').replace('  username', '\tusername') }, 'LM_YAML_TAB'],
  tag: [{ 'm/tag.yaml': person('a22').replace('username: a22', 'username: !!str 22') }, 'LM_YAML_TAG'],
  'alias-to-nothing': [{ 'm/alias.yaml': person('a23', 'notes: *who') }, 'LM_YAML_ALIAS'],
  'merge-key': [{ 'm/merge.yaml': person('a24', '<<: {state: active}') }, 'LM_YAML_MERGE'],
  'unclosed-quote': [{ 'm/quote.yaml': person('a25', 'notes: "moved out') }, 'LM_YAML_SYNTAX'],
  'item-without-name': [
    { 'm/item.yaml': people('list-26', '{username: a26}', '{name: b26, username: b26}') },
    'LM_MISSING_KEY',
  ],
  'hybrid-without-router': [{ 'm/hybrid.yaml': person('a27', 'auth: hybrid') }, 'LM_NO_ROUTER'],
  'day-that-is-none': [{ 'm/day.yaml': person('a28', 'expires: 2027-02-30T10:00') }, 'LM_TIME'],
  'password-without-username': [{ 'm/login.yaml': person('a29').replace('  username: a29\n', '') }, 'LM_MISSING_KEY'],
  'bad-defaults': [
    {
      'm/far/_defaults.yaml': 'apiVersion: lastmile/v1\nkind: Defaults\nspec:\n  subscriber: {sevice: home-20}\n',
      'm/far/a30.yaml': person('a30'),
    },
    'LM_UNKNOWN_KEY',
  ],
  'unknown-word': [{ 'm/word.yaml': person('a31', 'state: activ') }, 'LM_UNKNOWN_WORD'],
};
