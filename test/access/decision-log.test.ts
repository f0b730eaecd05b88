import { describe, expect, it } from 'vitest';
import { type LoggedDecision, recentDecisions } from '../../src/access/decision-log.ts';

const decision = (username: string, at: number): LoggedDecision => ({
  at,
  username,
  nas: 'core-1',
  method: 'pap',
  verdict: 'accept',
});

describe('the decisions of one username', () => {
  it('are the last five, newest last', () => {
    const log = recentDecisions();

    for (let at = 1; at <= 7; at += 1) log.record(decision('anna', at));

    expect(log.of('anna').map(({ at }) => at)).toEqual([3, 4, 5, 6, 7]);
    expect(log.of('bert')).toEqual([]);
  });

  it('survive a flood of other usernames as long as it is seen in between', () => {
    const log = recentDecisions(100);

    for (let at = 0; at < 1000; at += 1) {
      log.record(decision(`guess-${at}`, at));
      if (at % 40 === 0) log.record(decision('anna', at));
    }

    expect(log.of('anna').length).toBe(5);
    expect(log.of('guess-0')).toEqual([]);
    expect(log.of('guess-999').length).toBe(1);
  });
});
