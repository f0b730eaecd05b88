import type { Say } from './say.ts';
import type { Stage } from './stage.ts';

/** One thing that is shown. */
export interface Step<Place = Stage> {
  readonly title: string;
  /** Carries it out, checks it and says what happened. @throws DemoError when it did not happen */
  run(stage: Place, say: Say): Promise<void>;
}
