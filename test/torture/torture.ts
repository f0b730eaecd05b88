import { afterAll, describe, expect, it } from 'vitest';
import { type Broken, breakOnce, calamities, type Unbroken, unbroken } from './break.ts';
import { TortureLab } from './lab.ts';
import { twoStates } from './two-routers.ts';

/** The longest a run may take, from the break to the last reconcile. */
const boundMs = 30_000;

/**
 * Breaks a change of that many subscribers again and again, each time at another sentence, each calamity in its turn.
 *
 * @param breaks after which of so many sentences
 * @param timeoutMs for all breaks by one calamity
 */
export function torture(
  title: string,
  subscribers: number,
  breaks: (sentences: number) => readonly number[],
  timeoutMs: number,
): void {
  describe(title, () => {
    const states = twoStates(subscribers);
    let stage: Promise<{ readonly whole: Unbroken; readonly other: TortureLab }> | undefined;
    const setUp = async () => {
      const [whole, other] = [await unbroken(states), await TortureLab.start('core-2', states.before)];
      await other.converge(states.after, 3);
      return { whole, other };
    };
    afterAll(async () => (await stage)?.other[Symbol.asyncDispose]());

    it.each(calamities.map((calamity, turn) => ({ name: calamity.name, calamity, turn })))(
      'comes about in the end, nothing twice, nobody without a way in at any moment: $name',
      async ({ calamity, turn }) => {
        stage ??= setUp();
        const { whole, other } = await stage;
        const bad: (Broken & { readonly after: number })[] = [];
        for (const after of breaks(whole.sentences).filter((_, at) => at % calamities.length === turn)) {
          const broken = await breakOnce(calamity, after, states, whole, other);
          if (broken.complaints.length > 0 || broken.ms > boundMs) bad.push({ ...broken, after });
        }

        expect(bad).toEqual([]);
      },
      timeoutMs,
    );
  });
}
