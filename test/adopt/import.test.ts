import { describe, expect, it } from 'vitest';
import { defconf } from '../fixtures/routers/defconf.ts';
import { dhcpAccess } from '../fixtures/routers/dhcp-access.ts';
import { routerOf } from '../fixtures/routers/fixture.ts';
import { hotspot6 } from '../fixtures/routers/hotspot-6.ts';
import { mess } from '../fixtures/routers/mess.ts';
import { mixed } from '../fixtures/routers/mixed.ts';
import { otherTools } from '../fixtures/routers/other-tools.ts';
import { pppoeConcentrator } from '../fixtures/routers/pppoe-concentrator.ts';
import { Desk } from './support.ts';

const fixtures = [pppoeConcentrator, hotspot6, dhcpAccess, mixed, mess, otherTools, defconf];

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
