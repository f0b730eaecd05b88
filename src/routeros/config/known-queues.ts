import { time, timeMs } from '../canonical.ts';
import type { Field, Form } from '../menus/menu.ts';
import { disabled, each, type Fields, type KnownMenu, oneOf, rowOf, text } from './known-menu.ts';
import { bitrate, kibibytes, pairOf, queueTargets } from './values.ts';

const rates: Form = {
  fits: (value) => /^\d+\/\d+$/.test(value),
  words: 'rates of upload and download such as 512k/10M',
};
const oneRate: Form = { fits: (value) => /^\d+$/.test(value), words: 'a rate such as 512k or 10M' };
const oneTime: Form = { fits: (value) => timeMs(value) !== undefined, words: 'a time such as 10s' };
const times: Form = { fits: (value) => value.split('/').every(oneTime.fits), words: 'times such as 10s/10s' };
const decimals: Form = { fits: (value) => /^[\d.]+\/[\d.]+$/.test(value), words: 'numbers such as 0.1/0.1' };
const priorities: Form = { fits: (value) => /^[1-8](?:\/[1-8])?$/.test(value), words: '1 to 8, 1 is served first' };
const size: Form = { fits: (value) => /^\d+KiB$/.test(value), words: 'a size such as 50KiB' };

const rate: Field = { canonical: bitrate, form: oneRate };
const pair = (value: string): Field => ({ default: `${value}/${value}`, canonical: pairOf(bitrate), form: rates });

const simple: Fields = {
  name: text,
  target: { canonical: queueTargets },
  dst: { clear: 'empty' },
  parent: rowOf('/queue/simple', 'none'),
  'packet-marks': text,
  priority: { default: '8/8', canonical: pairOf((value) => value), form: priorities },
  queue: { default: 'default-small/default-small', canonical: pairOf((value) => value) },
  ...each(pair('0'), 'limit-at', 'max-limit', 'burst-limit', 'burst-threshold'),
  'burst-time': { default: '0s/0s', canonical: pairOf(time), form: times },
  'bucket-size': { default: '0.1/0.1', canonical: pairOf((value) => value), form: decimals },
  time: { clear: 'empty' },
  ...each(rate, 'total-limit-at', 'total-max-limit', 'total-burst-limit', 'total-burst-threshold'),
  ...each(text, 'total-queue', 'total-priority', 'total-bucket-size'),
  'total-burst-time': { canonical: time, form: oneTime },
  ...disabled,
};

const tree: Fields = {
  name: text,
  parent: text,
  'packet-mark': text,
  priority: { default: '8', form: priorities },
  queue: { default: 'default-small', references: '/queue/type' },
  ...each({ ...rate, default: '0' }, 'limit-at', 'max-limit', 'burst-limit', 'burst-threshold'),
  'burst-time': { default: '0s', canonical: time, form: oneTime },
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
      ...each({ canonical: kibibytes, form: size }, 'pcq-limit', 'pcq-total-limit'),
      ...each(rate, 'pcq-rate', 'pcq-burst-rate', 'pcq-burst-threshold'),
      'cake-bandwidth': { canonical: bitrate },
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
