import { describe, expect, it } from 'vitest';
import { runTarget } from '../../../src/daemon/targets/run-target.ts';
import { SetBacks } from '../../../src/daemon/targets/set-backs.ts';
import type { DriftEvent } from '../../../src/status/drift-log.ts';
import { ReachLab } from '../../support/reach-lab.ts';

const minute = 60_000;
const healed = (address: string, result: DriftEvent['result'] = 'healed'): DriftEvent => ({
  ...{ at: 0, target: 'core-1', address, action: 'update', owner: 'Router/core-1', fields: [], result },
});

describe('a row that is set back again and again', () => {
  it('is told from the third time within an hour on, until an hour has gone by without', () => {
    const setBacks = new SetBacks();
    const codes = [0, 5, 10, 15, 75, 80].map((at) => {
      const events = at < 75 ? [healed('core-1/ip/pool/home')] : [];
      return setBacks.noted('core-1', events, 'isp', at * minute, 5 * minute).map(({ code }) => code);
    });

    expect(codes).toEqual([[], [], ['LM_FLAPPING'], ['LM_FLAPPING'], [], []]);
  });

  it('is none where it is another row each time, or one that is left', () => {
    const setBacks = new SetBacks();
    const told = [1, 2, 3, 4].flatMap((at) =>
      setBacks.noted('core-1', [healed(`core-1/ip/pool/${at}`), healed('x', 'left')], 'isp', at * minute, minute),
    );

    expect(told).toEqual([]);
  });

  it('is told also where looks are hours apart', () => {
    const setBacks = new SetBacks();
    const codes = [0, 240, 480].map((at) => setBacks.noted('core-1', [healed('x')], 'isp', at * minute, 240 * minute));

    expect(codes.at(-1)).toMatchObject([{ code: 'LM_FLAPPING' }]);
  });
});

describe('two daemons of one operator name with other declarations', () => {
  it('set each other back, and either says so', async () => {
    await using lab = await ReachLab.start();
    const pool = (ranges: string) => lab.model(`/ip/pool:\n  - {name: home, ranges: ${ranges}}`);
    const daemons = ['10.0.0.2-10.0.0.9', '10.0.1.2-10.0.1.9'].map((ranges) => {
      const model = pool(ranges);
      return { model, target: lab.target(model), setBacks: new SetBacks() };
    });
    const codes: string[][] = [];
    for (let round = 0; round < 4; round += 1) {
      for (const { model, target, setBacks } of daemons) {
        const { report, drift } = await runTarget(target, {
          model,
          revision: 'x',
          ...(round === 0 ? {} : { lastRevision: 'x' }),
          mode: 'apply',
          guard: { deleteLimits: model.operator.reconcile.deleteLimits },
          inventory: lab.inventory,
          reason: 'interval',
          clock: lab.clock,
          signal: new AbortController().signal,
        });
        expect(report.result).toBe('applied');
        codes.push(setBacks.noted('core-1', drift, 'isp', round * 5 * minute, 5 * minute).map(({ code }) => code));
      }
    }

    expect(codes.slice(0, -2).flat()).toEqual([]);
    expect(codes.slice(-2)).toEqual([['LM_FLAPPING'], ['LM_FLAPPING']]);
  });
});
