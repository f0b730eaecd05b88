import { describe, expect, it } from 'vitest';
import { routerOf } from '../fixtures/routers/fixture.ts';
import { pppoeConcentrator } from '../fixtures/routers/pppoe-concentrator.ts';
import { Desk } from './support.ts';

const fixtures = [pppoeConcentrator];

describe.each(fixtures)('$title', (fixture) => {
  it('is imported, and the next plan is empty', async () => {
    await using router = await routerOf(fixture);
    await using desk = await Desk.open();
    desk.declare(router);

    const imported = await desk.import();
    const planned = await desk.plan();

    expect(imported, imported.err).toMatchObject({ code: 0 });
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0, err: '' });
    expect(planned.out).toContain('Nothing to change.');
  });
});
