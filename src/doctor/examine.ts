import { LastmileError } from '../base/errors.ts';
import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import { checkAccess } from './check-access.ts';
import { checkCertificates } from './check-certificates.ts';
import { checkDevice } from './check-device.ts';
import { checkGarden } from './check-garden.ts';
import { checkNetwork } from './check-network.ts';
import { checkPath } from './check-path.ts';
import { checkRadius } from './check-radius.ts';
import type { RouterFacts } from './facts.ts';
import { type Diagnosis, findingOf, type Trouble } from './finding.ts';
import { type ReadFactsOptions, readFacts } from './read-facts.ts';
import { whyNotReached } from './unreachable.ts';

export interface ExamineOptions extends ReadFactsOptions {
  /** What the readings of its counters found. */
  readonly readings?: readonly { readonly code: string; readonly message: string }[];
}

/**
 * Looks a router over: reads what it says of itself, changes nothing. One that cannot be reached is a finding.
 *
 * @throws what is no error of ours
 */
export async function examineRouter(
  router: Router,
  model: Model,
  connect: (signal: AbortSignal) => Promise<RouterOsSession>,
  options: ExamineOptions,
): Promise<Diagnosis> {
  try {
    const facts = await readFacts(await connect(options.signal), router, model, options);
    return diagnosis(router, true, judge(facts, options.readings), facts.version?.text);
  } catch (error) {
    // Out of time, or out of luck: either way it was not looked over.
    if (!(error instanceof LastmileError) && !options.signal.aborted) throw error;
    return diagnosis(router, false, [whyNotReached(router, error)], undefined);
  }
}

/** All checks of a router. Pure. */
export function judge(facts: RouterFacts, readings?: ExamineOptions['readings']): readonly Trouble[] {
  return [
    ...checkAccess(facts),
    ...checkRadius(facts),
    ...checkNetwork(facts),
    ...checkGarden(facts),
    ...checkDevice(facts),
    ...checkCertificates(facts),
    ...checkPath(facts, readings),
  ];
}

function diagnosis(
  { name }: Router,
  reached: boolean,
  troubles: readonly Trouble[],
  version: string | undefined,
): Diagnosis {
  const examined = { target: name, kind: 'router' as const, reached, ...(version === undefined ? {} : { version }) };
  return { examined: [examined], findings: troubles.map((trouble) => findingOf(name, trouble)) };
}
