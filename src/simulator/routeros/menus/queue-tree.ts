import type { Menu, Property, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { failure, noMatch, type RouterTrap } from '../trap.ts';
import { decimal, integer, rate, reference, text, time, type ValueType } from '../value-types.ts';
import { comment, enabled, flag, shown } from './common.ts';

const speed: Property = { type: rate, default: '0' };
const counter: Property = { ...shown, default: '0' };

/** `global`, an interface, or another queue of the tree. */
const parent: ValueType = {
  parse: (value, context) => {
    if (value === 'global') return value;
    const found = ['/interface', '/queue/tree'].map((menu) => context.resolve(menu, value));
    const index = found.findIndex(({ result }) => result === 'found');
    const hit = found[index];
    if (hit?.result !== 'found') throw noMatch(context.argument);
    return `${index === 0 ? 'interface' : 'queue'} ${hit.id}`;
  },
  show: (stored, context) => {
    const [kind, id] = stored.split(' ');
    if (id === undefined) return stored;
    return context.nameOf(kind === 'interface' ? '/interface' : '/queue/tree', id) ?? id;
  },
};

/** Speed limits on marked packets. Single values: the direction is that of the parent. */
export const queueTree: Menu = {
  path: '/queue/tree',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'queue',
  verbs: [...tableVerbs, ...switchVerbs, 'comment', 'reset-counters', 'reset-counters-all'],
  unique: [{ properties: ['name'], message: 'already have such name' }],
  check: refuseInvertedLimits,
  properties: {
    name: { type: text },
    parent: { type: parent, mandatory: true },
    'packet-mark': { type: text, default: '' },
    'limit-at': speed,
    queue: { type: reference('/queue/type'), default: 'default-small' },
    priority: { type: integer(1, 8), default: '8' },
    'max-limit': speed,
    'burst-limit': speed,
    'burst-threshold': speed,
    'burst-time': { type: time(), default: '0s' },
    'bucket-size': { type: decimal, default: '0.1' },
    bytes: counter,
    packets: counter,
    dropped: counter,
    rate: counter,
    'packet-rate': counter,
    'queued-packets': counter,
    'queued-bytes': counter,
    invalid: flag,
    disabled: enabled,
    comment,
  },
};

function refuseInvertedLimits(values: Values): RouterTrap | undefined {
  const [limit = 0, guaranteed = 0] = ['max-limit', 'limit-at'].map((name) => Number(values.get(name) ?? 0));
  return limit > 0 && limit < guaranteed ? failure('max-limit less than limit') : undefined;
}
