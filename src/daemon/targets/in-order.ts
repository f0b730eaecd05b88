import type { Clock } from '../../base/clock.ts';
import { directoryName } from '../../directory/directory-target.ts';
import type { Course } from '../../reconcile/target-loop.ts';
import { fewLooks } from './few-looks.ts';
import type { RunSettings } from './run-target.ts';
import { Turns } from './turns.ts';

export interface InOrderOptions {
  readonly clock: Clock;
  /** How many routers may be changed at the same time; asked each time. */
  readonly routersAtOnce: () => number;
}

/** Who asks for these is waiting: a person, or somebody who is to be cut off. */
const awaited: ReadonlySet<string> = new Set(['request', 'quota', 'expiry']);

/** Which of many targets is looked at, or changed, before which. */
export class InOrder {
  readonly #changing: Turns;
  readonly #looking: ReturnType<typeof fewLooks>;

  constructor({ clock, routersAtOnce }: InOrderOptions) {
    this.#changing = new Turns(routersAtOnce);
    this.#looking = fewLooks(clock);
  }

  /**
   * When it is a run's turn to look, and to change something. As long as it only looks, it may be given up for a commit.
   *
   * @param isKnown whether what the commit changes can be told without this look
   */
  of(
    target: string,
    reason: string,
    { isFirst, ...course }: Course,
    isKnown: () => boolean,
  ): Pick<RunSettings, 'turn' | 'looking' | 'stays'> {
    const stays = () => course.stays();
    if (target === directoryName) {
      const looking = async () => {
        course.givesWay(true);
        return { [Symbol.dispose]: () => undefined };
      };
      return { stays, looking };
    }
    const goesFirst = isFirst || awaited.has(reason);
    return {
      stays,
      turn: (signal) => this.#changing.take(signal, goesFirst),
      looking: async (signal) => {
        course.givesWay(true);
        const look = await this.#looking(signal, goesFirst);
        course.givesWay(isKnown());
        return look;
      },
    };
  }
}
