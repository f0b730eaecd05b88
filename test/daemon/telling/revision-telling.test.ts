import { describe, expect, it } from 'vitest';
import { RevisionTelling } from '../../../src/daemon/telling/revision-telling.ts';
import { SourceTelling } from '../../../src/daemon/telling/source-telling.ts';
import { TargetTelling } from '../../../src/daemon/telling/target-telling.ts';
import { noChanges, type TargetReport } from '../../../src/status/report.ts';

const revision = { id: 'main@sha1:aa', author: 'Ann', subject: 'faster' };
const targets = ['directory', 'core-1'];

function report(target: string, result: TargetReport['result'], more: Partial<TargetReport> = {}): TargetReport {
  const nothing = { drift: false, summary: noChanges, changed: [], failed: [], refusals: [], findings: [] };
  return {
    target,
    revision: revision.id,
    reason: 'revision',
    at: 1,
    durationMs: 1,
    ...nothing,
    result,
    retry: 'backoff',
    ...more,
  };
}

const away = { error: { code: 'LM_ROUTER_UNREACHABLE', message: 'router core-1 did not answer' } };

describe('a revision', () => {
  it('is told of when it comes into force, cannot be brought about, and is in place everywhere: each once', () => {
    const telling = new RevisionTelling(undefined);
    const types: string[] = [];
    const say = (events: readonly { readonly type: string }[]) => types.push(...events.map(({ type }) => type));

    say(telling.took(revision, 1));
    say(telling.report(report('directory', 'applied'), targets));
    for (let run = 0; run < 3; run += 1) say(telling.report(report('core-1', 'failed', away), targets));
    say(telling.report(report('core-1', 'applied'), targets));
    say(telling.report(report('core-1', 'failed', away), targets));
    say(telling.report(report('core-1', 'in-sync'), targets));

    expect(types).toEqual(['revision.in-force', 'revision.failing', 'revision.applied']);
  });

  it('is not told of again after a restart, and is once it comes back after it was taken back', () => {
    const before = new RevisionTelling(undefined);
    before.took(revision, 1);
    for (const name of targets) before.report(report(name, 'applied'), targets);

    const after = new RevisionTelling(before.mark);

    expect(after.took(revision, 2)).toEqual([]);
    expect(targets.flatMap((name) => after.report(report(name, 'in-sync'), targets))).toEqual([]);
    expect(after.rolledBack(revision, 'by ann', 3)).toMatchObject([{ type: 'revision.rolled-back' }]);
    expect(after.took({ id: 'main@sha1:bb' }, 4)).toMatchObject([{ type: 'revision.in-force' }]);
    expect(after.took(revision, 5)).toMatchObject([{ type: 'revision.in-force' }]);
  });

  it('that waits for a window is not in place', () => {
    const telling = new RevisionTelling(undefined);
    telling.took(revision, 1);
    telling.report(report('directory', 'applied'), targets);
    const waiting = { waiting: [{ address: 'core-1/ip/pool/home', why: 'waits' }], commitWaits: true };

    expect(telling.report(report('core-1', 'planned', waiting), targets)).toEqual([]);
    expect(telling.report(report('core-1', 'applied'), targets)).toMatchObject([{ type: 'revision.applied' }]);
  });
});

describe('what is told of targets and the source', () => {
  it('is on change only, also over a restart, with a word when it is over', () => {
    const failed = report('core-1', 'failed', away);
    expect(new TargetTelling().eventsOf(failed)).toMatchObject([{ type: 'target.failing' }]);

    const after = new TargetTelling([failed]);

    expect(after.eventsOf(failed)).toEqual([]);
    expect(after.eventsOf(report('core-1', 'in-sync'))).toMatchObject([{ type: 'target.recovered' }]);
    expect(after.eventsOf(report('core-1', 'in-sync'))).toEqual([]);
  });

  it('is of a source that cannot be read or believed, not of a revision that has errors', () => {
    const telling = new SourceTelling();
    const judge = (type: 'SourceReady' | 'SourceVerified', status: 'True' | 'False', reason: string) =>
      telling.eventsOf({ type: type as 'SourceReady', status, reason, message: 'words' }, 1).map((event) => event.type);

    expect(judge('SourceReady', 'False', 'BuildFailed')).toEqual([]);
    expect(judge('SourceReady', 'False', 'ReadFailed')).toEqual(['source.failing']);
    expect(judge('SourceReady', 'False', 'ReadFailed')).toEqual([]);
    expect(judge('SourceVerified', 'False', 'SignatureInvalid')).toEqual(['source.failing']);
    expect(judge('SourceReady', 'True', 'Succeeded')).toEqual(['source.recovered']);
    expect(judge('SourceReady', 'True', 'Succeeded')).toEqual([]);
  });
});
