import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/authority/answer.ts';

const accepted = (body: unknown) => readAnswer(200, JSON.stringify(body));

describe('an answer of a program that decides about logins', () => {
  it.each([
    ['2M/10M', '2M/10M', 2e6, 10e6],
    ['10M', '10M/10M', 10e6, 10e6],
    ['2M/10M 4M/20M 2M/10M 8/8 5 1M/1M', '2M/10M 4M/20M 2M/10M 8/8 5 1M/1M', 2e6, 10e6],
    [512_000, '512k/512k', 512e3, 512e3],
    [{ down: '20M', up: 5e6 }, '5M/20M', 5e6, 20e6],
  ])('IW-21: bandwidth %j is Mikrotik-Rate-Limit %s, upload first', (bandwidth, rateLimit, up, down) => {
    expect(accepted({ bandwidth })).toEqual({ verdict: 'accept', bandwidth: { rateLimit, rate: { up, down } } });
  });

  it.each([0, -1, '', 'fast', '0/0', '10M/', '1M/1M;/system/reboot', true, [], { down: '1M' }, 1e15, 1.5])(
    'with bandwidth %j is a trouble of the program, and nobody is let in without a limit',
    (bandwidth) => {
      expect(accepted({ bandwidth })).toMatchObject({
        verdict: 'trouble',
        message: expect.stringContaining('bandwidth'),
      });
    },
  );

  it.each([
    [3600, 3600],
    ['90', 90],
    [59.9, 59],
  ])('IW-21: remaining_time %j is %i seconds', (remaining, seconds) => {
    expect(accepted({ remaining_time: remaining })).toEqual({ verdict: 'accept', remainingSeconds: seconds });
  });

  it.each([0, -5, 0.5, '0'])('IW-07: remaining_time %j is over, not without limit', (remaining) => {
    expect(accepted({ remaining_time: remaining })).toEqual({ verdict: 'reject', reason: 'expired' });
  });

  it.each(['soon', '1h', true, [], {}])('with remaining_time %j is a trouble of the program', (remaining) => {
    expect(accepted({ remaining_time: remaining })).toMatchObject({ verdict: 'trouble' });
  });

  it('lets in without limits when it names none', () => {
    expect(accepted({ bandwidth: null, remaining_time: null })).toEqual({ verdict: 'accept' });
  });

  it.each([
    [401, 'wrong-password'],
    [403, 'refused-elsewhere'],
    [404, 'unknown-subscriber'],
  ])('of status %i refuses: %s', (status, reason) => {
    expect(readAnswer(status, 'whatever')).toEqual({ verdict: 'reject', reason });
  });

  it.each([201, 204, 301, 302, 400, 429, 500, 503])('of status %i refuses nobody', (status) => {
    expect(readAnswer(status, '{}')).toMatchObject({ verdict: 'trouble' });
  });

  it('is never more than a trouble, whatever it says', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const { verdict } = readAnswer(200, body);
        expect(['accept', 'reject', 'trouble']).toContain(verdict);
      }),
    );
  });
});
