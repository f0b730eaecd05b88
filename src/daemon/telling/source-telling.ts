import type { NewEvent } from '../../events/event.ts';
import type { Judgement } from '../../status/conditions.ts';

/** Conditions of the source that programs are told of. */
const told: ReadonlySet<string> = new Set(['SourceReady', 'SourceVerified']);

/** Makes events of a source that cannot be read, or is not to be believed, and of one that can be again. */
export class SourceTelling {
  readonly #failing = new Set<string>();

  eventsOf({ type, status, reason, message }: Judgement, at: number): readonly NewEvent[] {
    if (!told.has(type)) return [];
    const data = { condition: type, reason };
    const subject = `source/${type}`;
    if (status === 'True' && this.#failing.delete(type))
      return [{ type: 'source.recovered', at, subject, data: { ...data, message: `${type} again: ${message}` } }];
    // A revision with errors is told of as that.
    if (status !== 'False' || reason === 'BuildFailed' || this.#failing.has(type)) return [];
    this.#failing.add(type);
    return [
      { type: 'source.failing', at, subject, data: { ...data, message: `${type}=False (${reason}): ${message}` } },
    ];
  }
}
