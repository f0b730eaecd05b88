import { LastmileError } from '../base/errors.ts';
import { ControlError } from '../simulator/control-request.ts';
import { type Say, seconds } from './say.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';

const logLinesShown = 15;

/** What the tour itself needs of the place where it is given. */
export type TourPlace = Pick<Stage, 'clock' | 'signal' | 'logs'>;

/** Walks through the steps. Ends at the first that did not happen, having said what was seen. @returns whether all did */
export async function takeTour<Place extends TourPlace>(
  steps: readonly Step<Place>[],
  stage: Place,
  say: Say,
): Promise<boolean> {
  const since = stage.clock.monotonic();
  for (const [index, step] of steps.entries()) {
    say.step(index + 1, steps.length, step.title);
    if (!(await happens(step, stage, say))) return false;
  }
  const took = seconds(stage.clock.monotonic() - since);
  say.text('', `All ${steps.length} steps happened, in ${took}.`);
  return true;
}

async function happens<Place extends TourPlace>(step: Step<Place>, stage: Place, say: Say): Promise<boolean> {
  const since = stage.clock.monotonic();
  try {
    await step.run(stage, say);
    say.done(stage.clock.monotonic() - since);
    return true;
  } catch (error) {
    if (stage.signal.aborted) throw error;
    say.failed(wordsOf(error));
    for (const { name, tail } of stage.logs(logLinesShown)) {
      say.text('', `What ${name} said last:`);
      say.lines(tail);
    }
    return false;
  }
}

/** What happened, and what made it happen. A slip of ours keeps its stack. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = error instanceof LastmileError || error instanceof ControlError;
  const own = expected ? error.message : (error.stack ?? error.message);
  return error.cause === undefined ? own : `${own}\nbecause: ${wordsOf(error.cause)}`;
}
