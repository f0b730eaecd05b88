import { parseDuration, parseSize } from '../base/units.ts';
import type { Quota } from './access-rules.ts';
import type { Declared, ServiceSpec } from './declarations.ts';
import { error, type Resolving, uniqueEntries } from './resolving.ts';

/** Quotas of a service, units parsed; what is no quota is reported and left out. */
export function resolveQuotas(to: Resolving, declared: Declared<ServiceSpec>): readonly Quota[] | undefined {
  const { quotas } = declared.spec;
  if (quotas === undefined) return undefined;
  const path = ['spec', 'quotas'];
  uniqueEntries(to, quotas, ({ name }) => name, declared, path, 'name');
  return quotas.flatMap(({ name, octets, time, direction, period, anchor = 1 }, index): readonly Quota[] => {
    const refuse = (field: string, message: string, hint?: string): readonly Quota[] => {
      error(to, 'LM_QUOTA', message, declared, [...path, index, field], hint);
      return [];
    };
    if ((octets === undefined) === (time === undefined)) {
      return refuse('name', `the quota "${name}" is of octets or of time: one of them`);
    }
    if (time !== undefined && direction !== undefined) return refuse('direction', 'time has no direction');
    if (period === 'week' && anchor > 7) return refuse('anchor', 'a week has seven days', '1 is Monday');
    const base = { name, period: period as Quota['period'], anchor };
    if (time !== undefined) return [{ ...base, direction: 'total', seconds: (parseDuration(time) ?? 0) / 1000 }];
    return [{ ...base, direction: direction ?? 'total', octets: String(parseSize(octets ?? '') ?? 0n) }];
  });
}
