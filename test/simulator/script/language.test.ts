import { describe, expect, it } from 'vitest';
import { RawClient, startRouter } from '../support.ts';

/** What a script puts out, or `error: …`. */
async function output(client: RawClient, source: string): Promise<string> {
  const replies = await client.talk('/execute', `=script=${source}`, '=as-string=');
  const trap = replies.find(({ word }) => word === '!trap');
  return trap === undefined ? (replies.at(-1)?.values['ret'] ?? '') : `error: ${trap.values['message']}`;
}

describe('the script language', () => {
  it.each([
    [':put hello', 'hello'],
    [':put "a b"; :put c', 'a b\r\nc'],
    ['# a remark\n:put 1 # \n', '1'],
    [':put "\\"\\\\\\$\\?\\n\\t\\41\\C3\\A4\\_x"', '"\\$?\n\tAä x'],
    [':put "two \\\n    lines"', 'two lines'],
    [':local x 5; :put ($x + 2 * 3)', '11'],
    [':local x 5\n:set x ($x - 1)\n:put "x is $x, twice $($x * 2), $[:len abc]"', 'x is 4, twice 8, 3'],
    [':put ("a" . "b" . 3)', 'ab3'],
    [':put (1 < 2 && !(3 <= 2) || false)', 'true'],
    [':put (10m > 30s)', 'true'],
    [':put ("user-12" ~ "^user-[0-9]+\\$")', 'true'],
    [':if (1 = 1) do={:put yes} else={:put no}', 'yes'],
    [':if (1 != 1) do={:put yes} else={:put no}', 'no'],
    [':foreach i in={1;2;3} do={:put $i}', '1\r\n2\r\n3'],
    [':foreach k,v in={a;b} do={:put "$k=$v"}', '0=a\r\n1=b'],
    [':for i from=3 to=1 do={:put $i}', '3\r\n2\r\n1'],
    [':local n 0; :while ($n < 3) do={:set n ($n + 1)}; :put $n', '3'],
    [':local n 0; :do {:set n ($n + 1)} while=($n < 4); :put $n', '4'],
    [':do {:error "no"} on-error={:put caught}', 'caught'],
    [':do {:put [/ppp secret get nobody name]} on-error={:put caught}', 'caught'],
    [':put [:pick "abcdef" 1 3]; :put [:find "abc" "c"]', 'bc\r\n2'],
    [':put [:typeof [:find "abc" "x"]]', 'nothing'],
    [':return 5; :put never', ''],
    ['{:local x 1; :put $x}; :put "[$x]"', '1\r\n[]'],
    [':error "out of order"', 'error: out of order'],
    [':put "open', 'error: syntax error (line 1 column 11)'],
    [':put 1\n:nonsense', 'error: bad command name nonsense (line 2 column 1)'],
    [':put 1\n/no such menu print', 'error: bad command name no (line 2 column 1)'],
    [':put 1; /ppp secret add colour=red', 'error: expected end of command (line 1 column 9)'],
    [':if (5) do={}', 'error: conditional not boolean'],
    [':put (1 / 0)', 'error: division by zero'],
  ])('%j puts out %j', async (source, expected) => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await output(client, source)).toBe(expected);
  });
});

describe('commands of the router in a script', () => {
  it('are written with spaces or slashes, and find rows by what they show', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const script = [
      '/ppp secret add name=anna password=pw comment="a \\"b\\" lm:isp/Subscriber/anna"',
      '/ppp/secret/add name=ben comment="lm:isp/Subscriber/ben" disabled=yes',
      '/ppp secret',
      'add name=carl',
      'set [find name=carl] service=pppoe comment=other',
      '/ppp secret disable [find comment~"lm:isp/"]',
      '/ppp secret enable [find where name="ben" and disabled]',
      '/ppp secret disable [find name=nobody]',
      ':put [:len [/ppp secret find]]',
      ':put [:len [/ppp secret find !disabled]]',
      ':put [/ppp secret get anna comment]',
      ':put [/ppp secret get [find name=carl] value-name=service]',
      ':put [/ppp secret print count-only where comment~"lm:" or name=carl]',
      '/ppp secret remove carl',
      '/system identity set name="core \\24 1"',
      ':put [/system identity get name]',
    ].join('\n');

    expect((await output(client, script)).split('\r\n')).toEqual([
      '3',
      '2',
      'a "b" lm:isp/Subscriber/anna',
      'pppoe',
      '3',
      'core $ 1',
    ]);
    expect(lab.router.rows('/ppp/secret').map(({ name, disabled }) => `${name} ${disabled}`)).toEqual([
      'anna true',
      'ben false',
    ]);
  });

  it('compares times, rates and references as the router shows them', async () => {
    await using lab = await startRouter();
    lab.router.add('/ppp/profile', { name: 'gold', 'session-timeout': '90s' });
    lab.router.add('/ppp/secret', { name: 'anna', profile: 'gold' });
    using client = await RawClient.login(lab.router.apiPort);

    expect(await output(client, ':put [:len [/ppp secret find profile=gold]]')).toBe('1');
    expect(await output(client, ':put [/ppp profile get [find session-timeout=90s] name]')).toBe('gold');
  });

  it('have no more rights than who runs them', async () => {
    await using lab = await startRouter({ users: [{ name: 'eye', password: '', policies: ['api', 'read', 'write'] }] });
    using client = await RawClient.login(lab.router.apiPort, 'eye');

    expect(await output(client, '/user add name=me group=full password=x')).toBe('error: not enough permissions (9)');
    expect(lab.router.row('/user', 'me')).toBeUndefined();
  });

  it('runs nothing of a script that is wrong at its end', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    await output(client, '/ppp secret add name=anna\n/ppp secret add nam=ben');

    expect(lab.router.rows('/ppp/secret')).toEqual([]);
  });

  it('wait by the clock of the router, and end when it restarts', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    expect((await client.talk('/execute', '=script=:delay 10s; /ppp secret add name=late'))[0]?.values['ret']).toBe(
      '*1',
    );
    client.send('/execute', '=script=:delay 5s; :put done', '=as-string=');
    await client.talk('/system/identity/print', '.tag=x');

    await lab.clock.advance(5000);
    expect(await client.next()).toMatchObject({ word: '!done', values: { ret: 'done' } });
    lab.router.reboot();
    await lab.clock.advance(5000);

    expect(lab.router.rows('/ppp/secret')).toEqual([]);
  });

  it('is kept in a row of /system/script, and run from there', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    await client.talk('/system/script/add', '=name=make', '=source=/ppp secret add name=anna');
    await client.talk('/system/script/add', '=name=fail', '=source=:error "no luck"');

    expect(await client.trap('/system/script/run', '=number=make')).toBeUndefined();
    expect(await client.trap('/system/script/run', '=.id=*2')).toBe('no luck');
    expect(await client.trap('/system/script/run', '=number=none')).toBe('0: no such item');

    expect(lab.router.row('/ppp/secret', 'anna')).toBeDefined();
    expect(lab.router.row('/system/script', 'make')).toMatchObject({ 'run-count': '1' });
  });
});
