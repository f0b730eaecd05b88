import type { Menu, Property, Values } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { failure } from '../trap.ts';
import { boolean, integer, kibibytes, oneOf, rate, someOf, text, time } from '../value-types.ts';
import { flag, name } from './common.ts';

const count = (value: string): Property => ({ type: integer(0, 4_294_967_295), default: value });
const size = (value: string): Property => ({
  type: kibibytes,
  default: `${value}KiB`,
  before: ['7.10', { type: integer(0, 4_294_967_295), default: value }],
});
const duration = (value: string): Property => ({ type: time(), default: value });
const classifiers = someOf('src-address', 'dst-address', 'src-port', 'dst-port');

/** Settings by the kind of queue that has them. Only those of a row's own kind are shown. */
const byKind: Readonly<Record<string, Readonly<Record<string, Property>>>> = {
  pfifo: { 'pfifo-limit': count('50') },
  bfifo: { 'bfifo-limit': count('15000') },
  'mq-pfifo': { 'mq-pfifo-limit': count('50') },
  red: {
    'red-limit': count('60'),
    'red-min-threshold': count('10'),
    'red-max-threshold': count('50'),
    'red-burst': count('20'),
    'red-avg-packet': count('1000'),
  },
  sfq: { 'sfq-perturb': count('5'), 'sfq-allot': count('1514') },
  pcq: {
    'pcq-rate': { type: rate, default: '0' },
    'pcq-limit': size('50'),
    'pcq-classifier': { type: classifiers, default: '' },
    'pcq-total-limit': size('2000'),
    'pcq-burst-rate': { type: rate, default: '0' },
    'pcq-burst-threshold': { type: rate, default: '0' },
    'pcq-burst-time': duration('10s'),
    'pcq-src-address-mask': count('32'),
    'pcq-dst-address-mask': count('32'),
    'pcq-src-address6-mask': count('128'),
    'pcq-dst-address6-mask': count('128'),
  },
  codel: {
    'codel-limit': count('1000'),
    'codel-target': duration('5ms'),
    'codel-interval': duration('100ms'),
    'codel-ecn': { type: boolean, leftOutAt: 'false' },
    'codel-ce-threshold': { type: time(), clearable: true },
  },
  'fq-codel': {
    'fq-codel-limit': count('10240'),
    'fq-codel-flows': count('1024'),
    'fq-codel-quantum': count('1514'),
    'fq-codel-target': duration('5ms'),
    'fq-codel-interval': duration('100ms'),
    'fq-codel-ecn': { type: boolean, default: 'yes' },
    'fq-codel-ce-threshold': { type: time(), clearable: true },
    'fq-codel-memlimit': { type: text, default: '32.0MiB', before: ['7.10', { default: '33554432' }] },
  },
  cake: {
    'cake-bandwidth': { type: rate, leftOutAt: '0' },
    'cake-autorate-ingress': { type: boolean, clearable: true },
    'cake-overhead': count('0'),
    'cake-overhead-scheme': { type: text, leftOutAt: '' },
    'cake-mpu': { type: text, leftOutAt: '' },
    'cake-atm': { type: oneOf('none', 'atm', 'ptm'), default: 'none' },
    'cake-rtt': duration('100ms'),
    'cake-rtt-scheme': { type: text, default: 'none' },
    'cake-diffserv': {
      type: oneOf('diffserv3', 'diffserv4', 'diffserv8', 'besteffort', 'precedence'),
      default: 'diffserv3',
    },
    'cake-flowmode': {
      type: oneOf(
        ...['flowblind', 'srchost', 'dsthost', 'hosts', 'flows', 'dual-srchost', 'dual-dsthost', 'triple-isolate'],
      ),
      default: 'triple-isolate',
    },
    'cake-nat': { type: boolean, leftOutAt: 'false' },
    'cake-wash': { type: boolean, leftOutAt: 'false' },
    'cake-ack-filter': { type: oneOf('none', 'filter', 'aggressive'), default: 'none' },
    'cake-memlimit': count('0'),
  },
};

const kinds = [...Object.keys(byKind), 'none'];

const settings = Object.entries(byKind).flatMap(([kind, properties]) =>
  Object.entries(properties).map(([setting, property]): [string, Property] => [
    setting,
    { ...property, shownWhen: (values: Values) => values.get('kind') === kind },
  ]),
);

const builtIn: readonly Readonly<Record<string, string>>[] = [
  { name: 'default', kind: 'pfifo' },
  { name: 'ethernet-default', kind: 'pfifo' },
  { name: 'wireless-default', kind: 'sfq' },
  { name: 'synchronous-default', kind: 'red' },
  { name: 'hotspot-default', kind: 'sfq' },
  { name: 'pcq-upload-default', kind: 'pcq', 'pcq-classifier': 'src-address' },
  { name: 'pcq-download-default', kind: 'pcq', 'pcq-classifier': 'dst-address' },
  { name: 'only-hardware-queue', kind: 'none' },
  { name: 'multi-queue-ethernet-default', kind: 'mq-pfifo' },
  { name: 'default-small', kind: 'pfifo', 'pfifo-limit': '10' },
];

/** Disciplines of queues. Those the router comes with have ids from `*FFFFFFFF` downwards. */
export const queueTypes: Menu = {
  path: '/queue/type',
  kind: 'table',
  nameProperty: 'name',
  verbs: tableVerbs,
  unique: [{ properties: ['name'], message: 'already have such name' }],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default queue type') : undefined),
  properties: {
    name,
    kind: { type: oneOf(...kinds), mandatory: true },
    ...Object.fromEntries(settings),
    default: { ...flag, leftOutAt: 'false' },
  },
  initial: builtIn.map((values, index) => ({ id: 0xffff_ffff - index, values: { ...values, default: 'true' } })),
};
