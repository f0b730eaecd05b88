import { describe } from 'vitest';
import { targetContract } from '../contract/target.ts';
import { Lab, networkOf, subscriber } from '../support/ppp-network.ts';

describe('a router as a target', () => {
  targetContract({
    first: networkOf(subscriber('anna')),
    second: networkOf(subscriber('anna', 'state: suspended'), subscriber('ben')),
    username: 'anna',
    async start(model) {
      const lab = await Lab.start(model);
      return {
        target: lab.target,
        goOnline: async (username) => {
          const dialled = await lab.router.dial({ username, password: `pa55-${username}` });
          if (!dialled.ok) throw new Error(dialled.reason);
        },
        online: () => lab.router.sessions().map((session) => session.username),
        [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
      };
    },
  });
});
