import { formatRate } from '../base/units.ts';
import type { Rate } from './kinds/limits.ts';

/**
 * MikroTik's rate text (reference: RouterOS RADIUS manual, Mikrotik-Rate-Limit; `rate-limit` of profiles), upload first,
 * shortest exact units, no trailing defaults: `5M/20M`, `5M/20M 10M/40M 5M/20M 8/8`, `5M/20M 0/0 0/0 0/0 8 1M/2M`.
 */
export function rateLimitText(rate: Rate): string {
  const { burst, guaranteed, priority } = rate;
  const parts = [pair(rate)];
  const later = guaranteed !== undefined || (priority !== undefined && priority !== 8);
  if (burst !== undefined) parts.push(pair(burst), pair(thresholds(rate, burst)), `${burst.seconds}/${burst.seconds}`);
  else if (later) parts.push('0/0', '0/0', '0/0');
  if (later) parts.push(String(priority ?? 8));
  if (guaranteed !== undefined) parts.push(pair(guaranteed));
  return parts.join(' ');
}

function thresholds(rate: Rate, burst: NonNullable<Rate['burst']>): { readonly down: number; readonly up: number } {
  return { down: burst.thresholdDown ?? rate.down, up: burst.thresholdUp ?? rate.up };
}

function pair({ up, down }: { readonly up: number; readonly down: number }): string {
  return `${formatRate(up)}/${formatRate(down)}`;
}
