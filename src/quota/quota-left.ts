import type { QuotaStanding } from './quota-state.ts';

/** What is left until a session must end, in the subscriber's directions; each absent where none limits it. */
export interface Left {
  readonly seconds?: number;
  readonly up?: bigint;
  readonly down?: bigint;
  readonly total?: bigint;
}

/** What a NAS is to be told at a login; `used` when a quota lets nobody in. Pure. */
export function quotaLeft({ states, mark }: QuotaStanding): Left | 'used' {
  const inForce = states.find(({ name }) => name === mark?.quota);
  if (mark !== undefined && inForce?.quota.steps[mark.step - 1]?.effect.type === 'block') return 'used';
  const left: { -readonly [K in keyof Left]: Left[K] } = {};
  for (const { quota, untilHard } of states) {
    if (untilHard === undefined) continue;
    if (quota.of === 'octets') left[quota.direction] = least(left[quota.direction], untilHard);
    else left.seconds = Math.min(left.seconds ?? Number.POSITIVE_INFINITY, Math.ceil(Number(untilHard) / 1000));
  }
  return left;
}

function least(a: bigint | undefined, b: bigint): bigint {
  return a === undefined || b < a ? b : a;
}
