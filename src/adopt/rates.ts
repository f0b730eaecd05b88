import { formatRate, parseRate } from '../base/units.ts';
import type { Rate } from '../model/kinds/limits.ts';
import { rateLimitText } from '../model/rate-limit.ts';
import { rateLimit, timeMs } from '../routeros/canonical.ts';
import { mapOf, type NodeMap } from './yaml-text.ts';

/**
 * What a rate text of RouterOS says, as a declaration does. Absent when a declaration could not say just that: free text,
 * rates that no customer has, bursts of different length up and down.
 */
export function rateOf(text: string): Rate | undefined {
  const canonical = rateLimit(text);
  const [rates = '', bursts = '0/0', thresholds = '0/0', times = '0/0', priority = '8', least = '0/0'] =
    canonical.split(' ');
  const [rate, burst, threshold, guaranteed] = [rates, bursts, thresholds, least].map(pair);
  const [up, down] = times.split('/').map((part) => timeMs(part) ?? 0);
  if (rate === undefined || rate.down === 0 || rate.up === 0) return undefined;
  const found: Rate = {
    ...rate,
    ...(burst === undefined || bursts === '0/0'
      ? {}
      : {
          burst: {
            ...burst,
            thresholdDown: threshold?.down ?? 0,
            thresholdUp: threshold?.up ?? 0,
            seconds: (up ?? 0) / 1000,
          },
        }),
    ...(guaranteed === undefined || least === '0/0' ? {} : { guaranteed }),
    ...(priority === '8' ? {} : { priority: Number(priority) }),
  };
  return up === down && rateLimit(rateLimitText(found)) === canonical ? found : undefined;
}

/** As the `rate` of a document. Thresholds that are the rates need not be said. */
export function rateNode({ down, up, burst, guaranteed, priority }: Rate): NodeMap {
  const both = (rates: { readonly down: number; readonly up: number }) => ({
    down: formatRate(rates.down),
    up: formatRate(rates.up),
  });
  return {
    ...both({ down, up }),
    burst:
      burst === undefined
        ? undefined
        : {
            ...both(burst),
            thresholdDown: burst.thresholdDown === undefined ? undefined : formatRate(burst.thresholdDown),
            thresholdUp: burst.thresholdUp === undefined ? undefined : formatRate(burst.thresholdUp),
            seconds: burst.seconds,
          },
    guaranteed: guaranteed === undefined ? undefined : both(guaranteed),
    ...(mapOf({ priority }) ?? {}),
  };
}

function pair(text: string): { readonly down: number; readonly up: number } | undefined {
  const [up, down] = text.split('/').map(parseRate);
  return up === undefined || down === undefined ? undefined : { down, up };
}
