import type { Menu, Property, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { failure, type RouterTrap } from '../trap.ts';
import { decimal, integer, pair, queueTargets, rate, reference, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

const rates: Property = { type: pair(rate), default: '0/0' };

const counters: Property = { ...shown, default: '0/0' };

const total: Property = { ...shown, default: '0' };

/** Speed limits. Every pair is upload/download of the target; the first queue that matches wins. */
export const simpleQueues: Menu = {
  path: '/queue/simple',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'unset', 'comment', 'reset-counters', 'reset-counters-all'],
  unique: [{ properties: ['name'], message: 'already have such name' }],
  check: refuseInvertedLimits,
  properties: {
    name: { ...name },
    target: { type: queueTargets, mandatory: true, clearable: true, unset: true },
    dst: { type: text, leftOutAt: '', clearable: true, unset: true },
    parent: { type: reference('/queue/simple', 'none'), default: 'none' },
    'packet-marks': { type: text, default: '' },
    priority: { type: pair(integer(1, 8)), default: '8/8' },
    queue: { type: pair(reference('/queue/type')), default: 'default-small/default-small' },
    'limit-at': rates,
    'max-limit': rates,
    'burst-limit': rates,
    'burst-threshold': rates,
    'burst-time': { type: pair(time()), default: '0s/0s' },
    'bucket-size': { type: pair(decimal), default: '0.1/0.1' },
    time: { type: text, leftOutAt: '', clearable: true, unset: true },
    'total-queue': { type: reference('/queue/type') },
    'total-limit-at': { type: rate },
    'total-max-limit': { type: rate },
    'total-burst-limit': { type: rate },
    'total-burst-threshold': { type: rate },
    'total-burst-time': { type: time() },
    'total-bucket-size': { type: decimal },
    'total-priority': { type: integer(1, 8) },
    bytes: counters,
    'total-bytes': total,
    packets: counters,
    'total-packets': total,
    dropped: counters,
    'total-dropped': total,
    rate: counters,
    'total-rate': total,
    'packet-rate': counters,
    'total-packet-rate': total,
    'queued-packets': counters,
    'total-queued-packets': total,
    'queued-bytes': counters,
    'total-queued-bytes': total,
    dynamic: flag,
    invalid: flag,
    disabled: enabled,
    comment,
  },
};

function refuseInvertedLimits(values: Values): RouterTrap | undefined {
  const limits = (values.get('max-limit') ?? '0/0').split('/').map(Number);
  const guaranteed = (values.get('limit-at') ?? '0/0').split('/').map(Number);
  for (const [index, direction] of ['upload', 'download'].entries()) {
    const limit = limits[index] ?? 0;
    if (limit > 0 && limit < (guaranteed[index] ?? 0)) {
      return failure(`${direction}-max-limit less than ${direction}-limit`);
    }
  }
  return undefined;
}
