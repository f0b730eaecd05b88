import { randomFillSync } from 'node:crypto';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { Engine } from '../../src/daemon/engine.ts';
import { TempFolder } from '../support/temp-folder.ts';

describe('an engine of which one part cannot be closed', () => {
  it('closes the others, gives the state folder up, and says what failed', async () => {
    await using folder = await TempFolder.make();
    const open = () =>
      Engine.open({
        stateDir: folder.path,
        clock: systemClock,
        log: pino({ level: 'silent' }),
        fillRandom: (octets) => void randomFillSync(octets),
      });
    const engine = await open();
    engine.routers[Symbol.asyncDispose] = () => Promise.reject(new Error('stuck'));

    await expect(engine[Symbol.asyncDispose]()).rejects.toThrow('stuck');

    await (await open())[Symbol.asyncDispose]();
  });
});
