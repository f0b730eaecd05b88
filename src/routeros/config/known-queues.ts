import { time } from '../canonical.ts';
import { disabled, each, type Fields, type KnownMenu, oneOf, rowOf, text } from './known-menu.ts';
import { bitrate, kibibytes, pairOf, queueTargets } from './values.ts';

const pair = (value: string) => ({ default: `${value}/${value}`, canonical: pairOf(bitrate) });

const simple: Fields = {
  name: text,
  target: { canonical: queueTargets },
  dst: { clear: 'empty' },
  parent: rowOf('/queue/simple', 'none'),
  'packet-marks': text,
  priority: { default: '8/8', canonical: pairOf((value) => value) },
  queue: { default: 'default-small/default-small', canonical: pairOf((value) => value) },
  ...each(pair('0'), 'limit-at', 'max-limit', 'burst-limit', 'burst-threshold'),
  'burst-time': { default: '0s/0s', canonical: pairOf(time) },
  'bucket-size': { default: '0.1/0.1', canonical: pairOf((value) => value) },
  time: { clear: 'empty' },
  ...each({ canonical: bitrate }, 'total-limit-at', 'total-max-limit', 'total-burst-limit', 'total-burst-threshold'),
  ...each(text, 'total-queue', 'total-priority', 'total-bucket-size'),
  'total-burst-time': { canonical: time },
  ...disabled,
};

const tree: Fields = {
  name: text,
  parent: text,
  'packet-mark': text,
  priority: { default: '8' },
  queue: { default: 'default-small', references: '/queue/type' },
  ...each({ default: '0', canonical: bitrate }, 'limit-at', 'max-limit', 'burst-limit', 'burst-threshold'),
  'burst-time': { default: '0s', canonical: time },
  'bucket-size': { default: '0.1' },
  ...disabled,
};

const kinds = ['pfifo', 'bfifo', 'mq-pfifo', 'red', 'sfq', 'pcq', 'none', 'codel', 'fq-codel', 'cake'];

/** Speeds. RouterOS: Queues. What a queue type has depends on its kind, so that of others is not told. */
export const queueMenus: readonly KnownMenu[] = [
  { path: '/queue/simple', identity: ['name'], comment: true, ordered: true, fields: simple },
  { path: '/queue/tree', identity: ['name'], comment: true, fields: tree },
  {
    path: '/queue/type',
    identity: ['name'],
    comment: false,
    builtIn: true,
    fields: {
      name: text,
      kind: oneOf(...kinds),
      ...each({ canonical: kibibytes }, 'pcq-limit', 'pcq-total-limit'),
      ...each({ canonical: bitrate }, 'pcq-rate', 'pcq-burst-rate', 'pcq-burst-threshold', 'cake-bandwidth'),
      'pcq-classifier': { canonical: (value) => value.split(',').sort().join(',') },
      ...each({ canonical: time }, 'pcq-burst-time', 'codel-interval', 'codel-target', 'fq-codel-interval'),
      ...each({ canonical: time }, 'fq-codel-target', 'cake-rtt', 'sfq-perturb'),
    },
  },
  {
    path: '/queue/interface',
    identity: ['interface'],
    comment: false,
    fixed: true,
    fields: { interface: text, queue: text },
  },
];
