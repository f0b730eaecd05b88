import { describe, expect, it } from 'vitest';
import { judge } from '../../src/status/conditions.ts';
import { noChanges, type TargetReport } from '../../src/status/report.ts';
import { report } from './support.ts';

function judged(more: Partial<TargetReport>) {
  const judgements = judge(report(more));
  const short = judgements.map(({ type, status, reason }) => [type, `${status} ${reason}`]);
  return { ...Object.fromEntries(short), message: judgements[0]?.message } as Readonly<Record<string, string>>;
}

const summary = { ...noChanges, create: 2, update: 1 };

describe('the conditions of a target', () => {
  it('are good when it is in step', () => {
    expect(judged({})).toEqual({
      Ready: 'True ReconciliationSucceeded',
      Synced: 'True ReconciliationSucceeded',
      Stalled: 'False Progressing',
      Drifted: 'False InSync',
      Suspended: 'False NotSuspended',
      message: 'in step',
    });
  });

  it('are good when it was brought in step, and say what was done', () => {
    expect(judged({ result: 'applied', summary })).toMatchObject({
      Ready: 'True ReconciliationSucceeded',
      message: '2 created, 1 updated, 0 deleted',
    });
    expect(judged({ result: 'applied', summary: { ...noChanges, move: 2 } })['message']).toBe(
      '0 created, 0 updated, 0 deleted, 2 moved',
    );
  });

  it('say that drift was healed, or is left because its mode only looks', () => {
    const drift = { drift: true, changed: ['core-1/ppp/secret/anna'], summary };

    expect(judged({ ...drift, result: 'applied' })).toMatchObject({ Drifted: 'False DriftHealed' });
    expect(judged({ ...drift, result: 'planned', retry: 'never' })).toMatchObject({
      Ready: 'True OutOfSync',
      Synced: 'False OutOfSync',
      Drifted: 'True DriftDetected',
      message: '2 to create, 1 to update, 0 to delete; its mode only looks',
    });
  });

  it.each([
    ['LM_ROUTER_UNREACHABLE', 'backoff', 'RouterUnreachable', 'False Progressing'],
    ['LM_ROUTER_LOGIN', 'never', 'AuthFailed', 'True AuthFailed'],
    ['LM_SECRETS_HIDDEN', 'never', 'ReconciliationFailed', 'True ReconciliationFailed'],
  ] as const)('know nothing of a target that failed with %s', (code, retry, reason, stalled) => {
    expect(judged({ result: 'failed', retry, error: { code, message: 'no answer' } })).toEqual({
      Ready: `False ${reason}`,
      Synced: `Unknown ${reason}`,
      Stalled: stalled,
      Drifted: 'Unknown NotObserved',
      Suspended: 'False NotSuspended',
      message: 'no answer',
    });
  });

  it('say what waits, and why', () => {
    const waiting = [{ address: 'core-1/ip/pool/home', why: 'waits for the window that opens at 22:00' }];

    expect(judged({ result: 'planned', waiting, commitWaits: true })).toMatchObject({
      Ready: 'True OutsideWindow',
      Synced: 'False OutsideWindow',
      message: '1 not changed now: waits for the window that opens at 22:00',
    });
    expect(judged({ result: 'applied', drift: true, waiting, summary })).toMatchObject({
      Drifted: 'True DriftDetected',
      message: '2 created, 1 updated, 0 deleted; 1 not changed now: waits for the window that opens at 22:00',
    });
    expect(judged({ result: 'planned', drift: true, waiting })).toMatchObject({ Ready: 'True DriftLeft' });
  });

  it('say who wants it left alone, why and how long', () => {
    const pause = { target: 'core-1', reason: 'new line card', by: 'noc', since: 0, until: 3_600_000 };

    expect(judge(report({ pause: { ...pause, kind: 'suspend' } })).at(-1)).toEqual({
      type: 'Suspended',
      status: 'True',
      reason: 'Suspended',
      message: 'new line card (noc, until 1970-01-01T01:00:00.000Z)',
    });
    expect(judged({ pause: { ...pause, kind: 'breakglass' } })).toMatchObject({ Suspended: 'True BreakGlass' });
  });

  it.each([
    ['LM_PREVENT_DESTROY', 'DestroyPrevented'],
    ['LM_LOCK_OUT', 'LockOut'],
  ])('name the reason of a refusal: %s', (code, reason) => {
    const refusals = [{ target: 'core-1', code, message: 'no' }];

    expect(judged({ result: 'refused', retry: 'never', refusals })).toMatchObject({ Stalled: `True ${reason}` });
  });

  it('are stalled by a refusal, which a person must lift', () => {
    const refusals = [{ target: 'core-1', code: 'LM_TOO_MANY_DELETES', message: 'too many' }];

    expect(judged({ result: 'refused', retry: 'never', refusals })).toMatchObject({
      Ready: 'False ThresholdExceeded',
      Stalled: 'True ThresholdExceeded',
      message: 'too many',
    });
  });

  it('are not in step, and stalled, while a file of somebody else is in the way of a declared one', () => {
    const findings = [{ code: 'LM_FILE_IN_THE_WAY', message: '/file own/login.html is there and is not ours' }];

    expect(judged({ result: 'in-sync', findings })).toMatchObject({
      Synced: 'False ForeignOwner',
      Stalled: 'True ForeignOwner',
    });
  });

  it('are not in step, and stalled, while a declared row carries the marker of another operator', () => {
    const held = (name: string) => ({ code: 'LM_FOREIGN_OWNER', message: `/ip/pool ${name} is held by lm:other/x` });
    const findings = ['a', 'b', 'c', 'd', 'e'].map(held);
    const words =
      '/ip/pool a is held by lm:other/x; /ip/pool b is held by lm:other/x; /ip/pool c is held by lm:other/x';

    for (const result of ['in-sync', 'applied', 'planned'] as const) {
      expect(judged({ result, findings })).toMatchObject({
        Ready: `True ${result === 'planned' ? 'OutOfSync' : 'ReconciliationSucceeded'}`,
        Synced: 'False ForeignOwner',
        Stalled: 'True ForeignOwner',
      });
    }
    expect(judge(report({ findings })).filter(({ reason }) => reason === 'ForeignOwner')).toMatchObject([
      { type: 'Synced', message: `${words}; and 2 more` },
      { type: 'Stalled', message: `${words}; and 2 more` },
    ]);
  });

  it('take no notice of findings of other kinds', () => {
    const findings = [{ code: 'LM_DUPLICATE_ROW', message: 'two' }];

    expect(judged({ findings })).toMatchObject({
      Synced: 'True ReconciliationSucceeded',
      Stalled: 'False Progressing',
    });
  });

  it('name the first of what failed', () => {
    const failed = [
      { address: 'core-1/ip/pool/home', error: 'no' },
      { address: 'core-1/ppp/secret/anna', error: 'neither' },
    ];

    expect(judged({ result: 'partial', failed, summary })).toMatchObject({
      Ready: 'False ReconciliationFailed',
      Stalled: 'False Progressing',
      message: '2 failed: core-1/ip/pool/home: no',
    });
  });
});
