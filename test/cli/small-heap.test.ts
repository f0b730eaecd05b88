import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const keeper = new URL('../../dist/cli/small-heap.js', import.meta.url).href;
/** Keeps so much of what it makes that V8 gives it all the room for new objects there is, unless it is told otherwise. */
const program = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { keepHeapSmall } from '${keeper}';
  const room = () => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    return Math.round((space.space_used_size + space.space_available_size) / 1e6);
  };
  const turn = () => new Promise((done) => setTimeout(done, 2));
  const kept = [];
  keepHeapSmall(AbortSignal.timeout(60_000), process.argv[1] === 'served' ? 1 : 60_000, 1);
  for (let at = 0; at < 120; at += 1) {
    await turn();
    kept.push(Array.from({ length: 2_000 }, (_, at) => ({ at, list: [at] })));
  }
  console.log(room(), kept.length);
`;

async function roomAfter(what: 'loading' | 'served'): Promise<number> {
  const args = ['--input-type=module', '--eval', program, what];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number.parseInt(stdout, 10);
}

describe('the heap of a daemon', () => {
  it('has all the room for new objects while everything is loaded, and a quarter of it from then on', async () => {
    const [loading, served] = await Promise.all([roomAfter('loading'), roomAfter('served')]);

    expect(loading).toBeGreaterThan(14);
    expect(served).toBeLessThan(10);
    expect(served).toBeGreaterThan(3);
  });
});
