import { describe, expect, it } from 'vitest';
import { Clinic } from './clinic.ts';

describe('a healthy router', () => {
  it('has nothing said of it', async () => {
    await using clinic = await Clinic.open();
    await clinic.apply();

    const told = await clinic.doctor({ detailedExitcode: true, ping: '127.0.0.1' });

    expect(told).toEqual({ code: 0, out: 'core-1, 7.22.3: nothing found\n', err: '' });
  });
});
