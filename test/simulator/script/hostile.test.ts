import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../src/simulator/routeros/script/parse.ts';
import { RouterTrap } from '../../../src/simulator/routeros/trap.ts';
import { RawClient, startRouter } from '../support.ts';

const pieces = [
  ...[
    ':put',
    ':if',
    ':foreach',
    ':do',
    '/ppp secret',
    'add',
    'find',
    'where',
    'name=',
    '$x',
    '"a$[:len b]"',
    '\\',
    '\n',
  ],
  ...['(', ')', '[', ']', '{', '}', '=', '!', '~', ';', '#', ' ', 'do={', 'on-error=', '1', '10.0.0.1', 'and', 'or'],
];

describe('whatever is sent as a script', () => {
  it('is a script, or an error of the router with line and column', () => {
    const source = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(source, (text) => {
        try {
          parseScript(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RouterTrap);
          expect((error as RouterTrap).message).toMatch(/\(line \d+ column \d+\)$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['(', '('.repeat(100_000)],
    ['{', '{'.repeat(100_000)],
    ['[', ':put '.concat('['.repeat(100_000))],
    ['!', `:put (${'!'.repeat(100_000)}true)`],
  ])('is refused when its %s lie too deep', async (_name, source) => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/execute', `=script=${source}`, '=as-string=')).toMatch(/^syntax error/);
    expect(await client.rows('/system/identity/print')).toHaveLength(1);
  });

  it.each([
    [':local x 1; :while true do={:set x ($x + 1)}', '2: interrupted'],
    [':local x "ab"; :while true do={:set x ($x . $x)}', 'value too long'],
    [':local x "ab"; :while true do={:set x "$x$x"}', 'value too long'],
    [':local x {1;2}; :while true do={:set x ($x , $x)}', 'value too long'],
    [':for i from=1 to=9 step=0 do={}', '2: interrupted'],
  ])('ends: %s', async (source, message) => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/execute', `=script=${source}`, '=as-string=')).toBe(message);
  });
});
