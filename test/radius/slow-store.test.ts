import { describe, expect, it } from 'vitest';
import { accountingRequest, login, papRequest, startServer, TestNas } from './support.ts';

describe('a disk that is slow', () => {
  it('keeps nobody out: logins are answered while records wait for it, and records when they are on it', async () => {
    await using bench = await startServer([login('anna')]);
    await using telling = await TestNas.open();
    await using asking = await TestNas.open();
    let release = (): void => undefined;
    bench.sink.hold = new Promise((resolve) => {
      release = resolve;
    });

    for (let identifier = 1; identifier <= 20; identifier += 1) {
      const attributes = [
        { name: 'Acct-Status-Type', value: 'Start' },
        { name: 'Acct-Session-Id', value: `8100000${identifier}` },
      ];
      telling.send(accountingRequest(attributes, { identifier }).octets, bench.accounting);
    }
    for (let identifier = 1; identifier <= 20; identifier += 1) {
      const answer = await asking.exchange(papRequest('anna', 'correct horse', { identifier }).octets, bench.auth);
      expect([answer[0], answer[1]]).toEqual([2, identifier]);
    }
    expect(bench.sink.events).toEqual([]);
    release();

    const answers = await Promise.all(Array.from({ length: 20 }, () => telling.next()));
    expect(new Set(answers.map((answer) => `${answer[0]} ${answer[1]}`)).size).toBe(20);
    expect(answers.every((answer) => answer[0] === 5)).toBe(true);
    expect(bench.sink.events).toHaveLength(20);
  });
});
