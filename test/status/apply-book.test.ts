import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { AuditLog, verifyAudit } from '../../src/status/audit-log.ts';
import { auditedChange } from '../../src/status/audited-apply.ts';
import { Blame } from '../../src/status/blame.ts';
import { historyOf } from '../../src/status/history.ts';
import { noChanges, type TargetReport } from '../../src/status/report.ts';
import { Store } from '../../src/store/store.ts';
import { applyBook } from '../support/apply-book.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const menu = '/ppp/secret';
const about = { target: 'core-1', revision: 'main@sha1:aa', reason: 'revision', at: 1000 };

function created(identity: string, password: string): Change {
  const fields = { name: identity, password: new Secret(password) };
  const owner = `Subscriber/${identity}`;
  return { action: 'create', menu, identity, owner, set: fields, after: { menu, identity, owner, fields } };
}

function report(result: TargetReport['result']): TargetReport {
  const nothing = { drift: false, summary: noChanges, changed: [], failed: [], refusals: [], findings: [] };
  return { ...about, ...nothing, result, retry: 'backoff', durationMs: 1 };
}

async function opened(folder: TempFolder): Promise<Store> {
  return Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
}

describe('an apply', () => {
  it('of many rows has them all, in entries that are bound to one another', async () => {
    await using folder = await TempFolder.make();
    await using store = await opened(folder);
    const book = await applyBook(store);
    const changes = Array.from({ length: 450 }, (_, at) => created(`sub-${at}`, `pass-${at}`));
    book.follow({ id: about.revision, author: 'Ann <ann@isp.example>', subject: 'many' }, 900);
    book.follow({ id: about.revision, author: 'Ann <ann@isp.example>', subject: 'many' }, 950);

    await book.begin(about, changes);
    book.settle(report('partial'), { changes, failed: new Set(['core-1/ppp/secret/sub-7']) });
    await book.settled();

    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    const [revision, ...others] = await historyOf(audit.newestFirst(), { limit: 9 });
    expect(others).toEqual([]);
    expect(revision).toMatchObject({ at: 900, result: 'in force', subject: 'many' });
    expect(revision?.runs).toMatchObject([{ target: 'core-1', at: 1000, created: 450, failed: 1, result: 'partial' }]);
    expect(await verifyAudit(store)).toMatchObject({ entries: 4, link: expect.any(String) });
    const blame = new Blame(store.table('blame'));
    expect(await blame.of('core-1', 1000)).toHaveLength(449);
    expect(await blame.of('core-1/ppp/secret/sub-7', 10)).toEqual([]);
    expect(await blame.of('Subscriber/sub-8', 10)).toMatchObject([
      { author: 'Ann <ann@isp.example>', subject: 'many' },
    ]);
    const listed: string[] = [];
    for await (const [, entry] of store.table('audit').entries()) listed.push(JSON.stringify(entry));
    expect(listed.join()).not.toContain('pass-');
  });

  it('that a kill cut short is told at the next start, with the rows that may have been written', async () => {
    await using folder = await TempFolder.make();
    const killed = await opened(folder);
    await (await applyBook(killed)).begin(about, [created('anna', 'sesame')]);
    await killed.close();
    await using store = await opened(folder);

    await (await applyBook(store)).recover();
    await (await applyBook(store)).recover();

    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    const entries = await audit.last(10);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ action: 'apply', object: 'core-1', result: 'unknown' });
    expect(entries[0]?.apply?.changes).toMatchObject([{ identity: 'anna', action: 'create', result: 'unknown' }]);
    expect(await new Blame(store.table('blame')).of('core-1', 10)).toEqual([]);
  });

  it('tells a refusal once, as long as it is the same', async () => {
    await using folder = await TempFolder.make();
    await using store = await opened(folder);
    const book = await applyBook(store);
    const refusals = [{ target: 'core-1', code: 'LM_DELETES', message: 'too many' }];

    for (let run = 0; run < 3; run += 1) book.settle({ ...report('refused'), refusals }, undefined);
    book.settle(report('in-sync'), undefined);
    book.settle({ ...report('refused'), refusals }, undefined);
    await book.settled();

    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    expect((await audit.last(9)).map(({ result, detail }) => [result, detail])).toEqual([
      ['refused', 'LM_DELETES: too many'],
      ['refused', 'LM_DELETES: too many'],
    ]);
  });
});

describe('digests of values', () => {
  const key = Buffer.alloc(32, 1);
  const digests = (change: Change) => {
    const { before, after } = auditedChange('core-1', change, 'done', key);
    return { before, after };
  };

  it('are equal for equal values, and tell nothing without the key', () => {
    const [one, same, other] = [created('a', 'x'), created('a', 'x'), created('a', 'y')].map(digests);

    expect(one).toEqual(same);
    expect(one?.after).not.toBe(other?.after);
    const elsewhere = auditedChange('core-1', created('a', 'x'), 'done', Buffer.alloc(32, 2));
    expect(elsewhere.after).not.toBe(one?.after);
  });

  it('are of what is declared of a row: what others keep in it does not count', () => {
    const { after, ...change } = created('a', 'x');
    const before = { menu, identity: 'a', fields: { name: 'a', password: 'x', 'last-seen': 'today' } };
    const updated: Change = {
      ...{ ...change, action: 'update' },
      ...(after === undefined ? {} : { after }),
      before: { ...before, ownership: 'marker' },
    };

    const { before: was, after: is } = digests(updated);

    expect(was).toBe(is);
  });
});
