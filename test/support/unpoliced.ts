import { PolicyBook } from '../../src/daemon/policy-book.ts';

/** Where no policy was ever in force. */
export const unpoliced = await PolicyBook.open({
  get: () => Promise.resolve(undefined),
  put: () => Promise.resolve(),
} as unknown as Parameters<typeof PolicyBook.open>[0]);
