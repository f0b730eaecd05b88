import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { Engine } from '../../src/daemon/engine.ts';
import { planTargets } from '../../src/daemon/targets/plan-targets.ts';
import { runTarget } from '../../src/daemon/targets/run-target.ts';
import type { Model } from '../../src/model/model.ts';
import type { PlanDocument } from '../../src/reconcile/plan.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { readFolder } from '../../src/source/folder.ts';
import { modelOf } from '../support/manifest.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { root } from './document.ts';

const schema = JSON.parse(readFileSync(join(root, 'schemas/plan.schema.json'), 'utf8')) as object;
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

function flawsOf(plan: PlanDocument): unknown {
  // As it travels: what JSON leaves out is not there.
  validate(JSON.parse(JSON.stringify(plan)));
  return validate.errors;
}

/** `examples/demo-isp` with core-1 on this port, and core-2 on one where nobody listens. */
async function demoModel(port: number, without: (path: string) => boolean = () => false): Promise<Model> {
  const { files } = await readFolder(join(root, 'examples/demo-isp'));
  const texts = files
    .filter(({ path }) => !without(path))
    .map(({ path, text }) => [
      path,
      text
        .replace('port: 8728', path.endsWith('core-1.yaml') ? `port: ${port}` : 'port: 1')
        .replace(/^ {2}address: 127\.0\.0\.\d$/m, '  address: 127.0.0.1'),
    ]);
  const model = modelOf(Object.fromEntries(texts), { mode: 'validate' });
  return { ...model, subscriptions: model.subscriptions.filter(({ id }) => id !== 'ben' || !without('ben')) };
}

async function applyAll(engine: Engine, model: Model): Promise<void> {
  const { deleteLimits } = model.operator.reconcile;
  for (const target of engine.targets(model)) {
    const { sessions } = await runTarget(target, {
      ...{ model, revision: 'one', mode: 'apply', guard: { deleteLimits }, inventory: engine.inventory },
      ...{ reason: 'request', clock: systemClock, signal: AbortSignal.timeout(120_000) },
    });
    await sessions;
  }
}

function plan(engine: Engine, model: Model, revision: string, sessionsKnown = true): Promise<PlanDocument> {
  const { reconcile } = model.operator;
  // Any delete is one too many, so that a refusal is seen.
  const deleteLimits = { ...reconcile.deleteLimits, always: 0, most: 0 };
  const strict = { ...model, operator: { ...model.operator, reconcile: { ...reconcile, deleteLimits } } };
  return planTargets(engine.targets(model), {
    ...{ model: strict, revision, sessionsKnown, inventory: engine.inventory, lastRevision: () => 'one' },
    now: 0,
    signal: AbortSignal.timeout(120_000),
    leftOut: sessionsKnown ? [] : [{ name: 'directory', state: 'left-out', reason: 'no state folder' }],
  });
}

describe('plans of a real network', () => {
  it('are what schemas/plan.schema.json says: first, drifted, with deletes and refusals', async () => {
    await using folder = await TempFolder.make();
    await using router = await SimulatedRouterOs.start({
      clock: systemClock,
      users: [{ name: 'lastmile', password: '' }],
    });
    const log = pino({ level: 'silent' });
    const fillRandom = (octets: Uint8Array) => void randomFillSync(octets);
    await using engine = await Engine.open({ stateDir: folder.path, clock: systemClock, log, fillRandom });
    const model = await demoModel(router.apiPort);

    const first = await plan(engine, model, 'two', false);
    await applyAll(engine, model);
    router.set('/ip/pool', 'home', { ranges: '10.99.0.2-10.99.0.9' });
    const drifted = await plan(engine, model, 'one');
    const shrunk = await plan(engine, await demoModel(router.apiPort, (path) => path === 'ben'), 'two');

    expect(flawsOf(first)).toBeNull();
    expect(first.summary.create).toBeGreaterThan(5);
    expect(first.targets.map(({ state }) => state)).toEqual(['left-out', 'observed', 'observed', 'unreachable']);
    expect(first.sessionsAffected).toBeUndefined();
    expect(flawsOf(drifted)).toBeNull();
    expect(drifted.changes.map(({ address, cause }) => [address, cause])).toEqual([['core-1/ip/pool/home', 'drift']]);
    expect(flawsOf(shrunk)).toBeNull();
    expect(shrunk.changes.flatMap(({ actions }) => actions)).toContain('delete');
    expect(shrunk.refusals).not.toEqual([]);
  });

  it('hold nothing the schema does not name', () => {
    const empty = { create: 0, update: 0, delete: 0, move: 0, sessions: 0 };
    const common = { formatVersion: '1', revision: 'r', targets: [], changes: [], findings: [], refusals: [] };
    const document = { ...common, summary: empty, checksum: '0'.repeat(64) };

    expect(validate(document)).toBe(true);
    expect(validate({ ...document, extra: 1 })).toBe(false);
    expect(validate({ ...document, formatVersion: '2' })).toBe(false);
  });
});
