/** What came of telling a program. */
export type Outcome =
  | { readonly result: 'taken' }
  /** This very request is not liked, and will not be next time. */
  | { readonly result: 'refused'; readonly why: string }
  /** The program, or the way to it, is in trouble. @param waitMs as it asked for */
  | { readonly result: 'failed'; readonly why: string; readonly waitMs?: number };

const firstWaitMs = 1_000;
const longestWaitMs = 300_000;
const longestAskedMs = 3_600_000;
/** Others (401, 404, 410 …) are about the webhook, not about what it is told. */
const aboutTheRequest: ReadonlySet<number> = new Set([400, 413, 422]);

/** Reads an answer. Redirects are not followed: they are told to whoever looks at the status. Pure. */
export function outcomeOf(status: number, retryAfter: string | undefined): Outcome {
  if (status >= 200 && status < 300) return { result: 'taken' };
  const why = `answers with status ${status}`;
  if (aboutTheRequest.has(status)) return { result: 'refused', why };
  const seconds = /^[0-9]{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  return {
    result: 'failed',
    why,
    ...(seconds === undefined ? {} : { waitMs: Math.min(seconds * 1000, longestAskedMs) }),
  };
}

/**
 * How long to wait after so many failures in a row: a second, then twice as long each time up to five minutes, give or take a
 * fifth, so that what failed together is not tried together. Pure.
 *
 * @param random from 0 to 1
 */
export function waitAfter(failures: number, random: number): number {
  const plain = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(plain * (0.8 + 0.4 * random));
}
