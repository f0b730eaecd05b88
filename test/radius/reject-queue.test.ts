import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { recentDecisions } from '../../src/access/decision-log.ts';
import type { Channel } from '../../src/radius/channel.ts';
import { DuplicateCache } from '../../src/radius/duplicate-cache.ts';
import { RequestPipeline } from '../../src/radius/pipeline.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { login, papRequest, TestDirectory, TestSink, testLog } from './support.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heldOctets(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The pipeline behind a channel in memory, with its replies. */
function lab() {
  const clock = new ManualClock();
  let replies = 0;
  const pipeline = new RequestPipeline({
    ...{ directory: new TestDirectory([login('anna')]), accounting: new TestSink(), log: testLog(), clock },
    // Decisions are kept anyhow, delayed or not.
    decisions: { ...recentDecisions(), record: () => undefined },
    random: (octets) => void octets.fill(128),
  });
  const channel: Channel = {
    ...{ service: 'auth', codes: [1], duplicates: new DuplicateCache(10_000) },
    send() {
      replies += 1;
    },
  };
  return { clock, pipeline, channel, replies: () => replies };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('ten thousand rejects that are held back', () => {
  it('take less than 20 MB with all that is remembered of them, and go out after a second', async () => {
    const { clock, pipeline, channel, replies } = lab();
    const before = heldOctets();

    for (let number = 0; number < 10_000; number += 1) {
      const { octets } = papRequest(`nobody${number}`, 'x', { identifier: number % 256 });
      pipeline.receive(channel, octets, { address: '127.0.0.1', port: 1024 + (number >> 8) });
      if (number % 30 === 29) await turn();
    }
    const held = heldOctets() - before;
    const early = replies();
    for (let waited = 0; waited <= 1100; waited += 25) {
      clock.advance(25);
      await turn();
    }
    for (let time = 0; time < 40; time += 1) await turn();

    expect(early).toBe(0);
    expect(held).toBeLessThan(20e6);
    expect(replies()).toBe(10_000);
    await pipeline[Symbol.asyncDispose]();
  });

  it('IW-02: of strangers are none: they get no octet back', async () => {
    const { clock, pipeline, channel, replies } = lab();

    for (let number = 0; number < 10_000; number += 1) {
      const { octets } = papRequest('anna', 'x', { identifier: number % 256 });
      pipeline.receive(channel, octets, { address: `198.51.100.${number % 250}`, port: 1024 + (number >> 8) });
    }
    clock.advance(2000);
    for (let time = 0; time < 10; time += 1) await turn();

    expect(replies()).toBe(0);
    expect(pipeline.findings()).toMatchObject([{ nas: 'unknown', reason: 'unknown-client', count: 10_000 }]);
  });
});
