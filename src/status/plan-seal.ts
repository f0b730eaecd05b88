import { randomBytes } from 'node:crypto';
import type { PlanSeal } from '../reconcile/plan-checksum.ts';
import type { KeyValue } from '../store/key-value.ts';

/** In `meta`. */
const key = 'plan-seal';

/** The key by which checksums of plans stand for secrets: made once for a state folder, so that they hold over a restart. */
export async function openPlanSeal(meta: KeyValue<unknown>): Promise<PlanSeal> {
  const kept = await meta.get(key);
  if (typeof kept === 'string') return Buffer.from(kept, 'hex');
  const made = randomBytes(32);
  await meta.put(key, made.toString('hex'), { sync: true });
  return made;
}
