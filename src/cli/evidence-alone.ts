import type { Engine } from '../daemon/engine.ts';
import type { EvidenceSurroundings } from '../daemon/stored/evidence.ts';
import type { Surroundings } from './surroundings.ts';

/** What the state folder alone knows: neither subscribers nor their time zone. */
export function aloneWith({ accounting, translations, audit }: Engine, { clock }: Surroundings): EvidenceSurroundings {
  return { accounting, translations, audit, timezone: 'UTC', interimSeconds: 120, now: clock.now() };
}
