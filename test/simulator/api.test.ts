import { describe, expect, it } from 'vitest';
import { encodeSentence } from '../../src/routeros/wire/sentence.ts';
import { RawClient, startRouter } from './support.ts';

const hostile = [
  '"; /system reset',
  'two\nlines\r\nand a =sign=',
  'x'.repeat(4096),
  '\u202eright to left \u05d0\u05d1',
  '😀 emoji',
  '!re',
  '.tag=1',
];

describe('logging in', () => {
  it('lets the right password in, and writes it to the log', async () => {
    await using lab = await startRouter({ users: [{ name: 'ops', password: 'pw' }] });

    using client = await RawClient.login(lab.router.apiPort, 'ops', 'pw');

    expect(await client.rows('/system/identity/print')).toEqual([{ name: 'MikroTik' }]);
    expect(lab.router.log().at(-1)?.['message']).toBe('user ops logged in from 127.0.0.1 via api');
  });

  it('refuses a wrong password in the words of the router, and the connection stays usable', async () => {
    await using lab = await startRouter({ users: [{ name: 'ops', password: 'pw' }] });
    using client = await RawClient.connect(lab.router.apiPort);

    expect(await client.trap('/login', '=name=ops', '=password=no')).toBe('invalid user name or password (6)');
    expect(lab.router.log().at(-1)?.['message']).toBe('login failure for user ops from 127.0.0.1 via api');
    expect((await client.talk('/login', '=name=ops', '=password=pw')).map(({ word }) => word)).toEqual(['!done']);
  });

  it('refuses a user whose group has no right to the API', async () => {
    await using lab = await startRouter({ users: [{ name: 'web', password: 'pw', policies: ['read', 'web'] }] });
    using client = await RawClient.connect(lab.router.apiPort);

    expect(await client.trap('/login', '=name=web', '=password=pw')).toBe('invalid user name or password (6)');
  });

  it('ends a connection that sends something else first', async () => {
    await using lab = await startRouter();
    using client = await RawClient.connect(lab.router.apiPort);

    expect(await client.talk('/ppp/secret/print', '.tag=7')).toEqual([
      { word: '!fatal', tag: undefined, values: {}, words: ['not logged in'] },
    ]);
    await client.closed;
  });

  it('ends a connection that sends too much before it has logged in', async () => {
    await using lab = await startRouter();
    using client = await RawClient.connect(lab.router.apiPort);

    client.write(Buffer.concat([Buffer.of(0xc1, 0x11, 0x70), Buffer.alloc(70_000, 0x61)]));

    expect(await client.next()).toMatchObject({ word: '!fatal', words: ['too many commands before login'] });
  });

  it('gives an old router a challenge to answer', async () => {
    await using lab = await startRouter({ version: '6.42.9', users: [{ name: 'ops', password: 'pässwort' }] });
    using client = await RawClient.connect(lab.router.apiPort);
    const [challenge] = await client.talk('/login');
    const { createHash } = await import('node:crypto');
    const digest = createHash('md5')
      .update(Buffer.of(0))
      .update('pässwort')
      .update(Buffer.from(challenge?.values['ret'] ?? '', 'hex'));

    const [reply] = await client.talk('/login', '=name=ops', `=response=00${digest.digest('hex')}`);

    expect(reply?.word).toBe('!done');
  });

  it('closes connections beyond max-sessions', async () => {
    await using lab = await startRouter();
    lab.router.set('/ip/service', 'api', { 'max-sessions': '1' });
    using _first = await RawClient.login(lab.router.apiPort);

    using second = await RawClient.connect(lab.router.apiPort);

    await second.closed;
    expect(second.received).toEqual([]);
  });
});

describe('the framing', () => {
  it('is understood however it is cut, and two sentences may come in one segment', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const both = Buffer.concat([
      encodeSentence(['/ppp/secret/add', `=name=${'n'.repeat(300)}`, '.tag=a']),
      encodeSentence(['/ppp/secret/print', '=count-only=', '.tag=b']),
    ]);

    for (const octet of both) client.write(Buffer.of(octet));

    expect(await client.next()).toMatchObject({ word: '!done', tag: 'a', values: { ret: '*1' } });
    expect(await client.next()).toMatchObject({ word: '!done', tag: 'b', values: { ret: '1' } });
  });

  it('cuts off a client that sends a control byte, and goes on serving others', async () => {
    await using lab = await startRouter();
    using bad = await RawClient.login(lab.router.apiPort);
    using good = await RawClient.login(lab.router.apiPort);

    bad.write(Buffer.of(0xf8, 0, 0, 0));

    await bad.closed;
    expect(await good.rows('/system/identity/print')).toHaveLength(1);
  });

  it('puts the tag directly after the reply word', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    client.received.length = 0;

    await client.talk('/system/identity/print', '.tag=7');

    expect(Buffer.concat(client.received)).toEqual(
      Buffer.concat([encodeSentence(['!re', '.tag=7', '=name=MikroTik']), encodeSentence(['!done', '.tag=7'])]),
    );
  });
});

describe('a print without rows', () => {
  it('says !empty before !done since 7.18', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    const replies = await client.talk('/ppp/secret/print', '.tag=x');

    expect(replies.map(({ word, tag }) => `${word} ${tag}`)).toEqual(['!empty x', '!done x']);
  });

  it('says !done alone before 7.18', async () => {
    await using lab = await startRouter({ version: '7.17.2' });
    using client = await RawClient.login(lab.router.apiPort);

    expect((await client.talk('/ppp/secret/print')).map(({ word }) => word)).toEqual(['!done']);
  });
});

describe('rows', () => {
  it('SPL-06: a secret is created with defaults, changed, disabled, enabled and removed', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    const [added] = await client.talk('/ppp/secret/add', '=name=anna', '=password=pw', '=service=pppoe');
    expect(added).toMatchObject({ word: '!done', values: { ret: '*1' } });
    expect(await client.rows('/ppp/secret/print')).toEqual([
      {
        '.id': '*1',
        name: 'anna',
        service: 'pppoe',
        'caller-id': '',
        password: 'pw',
        profile: 'default',
        routes: '',
        'ipv6-routes': '',
        'limit-bytes-in': '0',
        'limit-bytes-out': '0',
        'last-logged-out': '1970-01-01 00:00:00',
        'last-caller-id': '',
        'last-disconnect-reason': '',
        disabled: 'false',
      },
    ]);

    expect(await client.trap('/ppp/secret/set', '=.id=*1', '=remote-address=10.0.0.9', '=comment=hi')).toBeUndefined();
    expect(await client.trap('/ppp/secret/disable', '=.id=*1')).toBeUndefined();
    expect(lab.router.row('/ppp/secret', 'anna')).toMatchObject({
      'remote-address': '10.0.0.9',
      comment: 'hi',
      disabled: 'true',
    });

    expect(await client.trap('/ppp/secret/enable', '=numbers=anna')).toBeUndefined();
    expect(await client.trap('/ppp/secret/unset', '=.id=*1', '=value-name=remote-address')).toBeUndefined();
    expect(await client.trap('/ppp/secret/comment', '=numbers=*1', '=comment=')).toBeUndefined();
    const row = lab.router.row('/ppp/secret', 'anna');
    expect(row).toMatchObject({ disabled: 'false' });
    expect(row).not.toHaveProperty('remote-address');
    expect(row).not.toHaveProperty('comment');

    expect(await client.trap('/ppp/secret/remove', '=.id=*1')).toBeUndefined();
    const [again] = await client.talk('/ppp/secret/add', '=name=anna');
    expect(again?.values['ret']).toBe('*2');
  });

  it('keep hostile names and comments to the letter', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    for (const name of hostile) {
      expect(await client.trap('/ppp/secret/add', `=name=${name}`, `=comment=${name}`)).toBeUndefined();
      expect(await client.rows('/ppp/secret/print', '=.proplist=name,comment', `?name=${name}`)).toEqual([
        { name, comment: name },
      ]);
    }

    expect(lab.router.rows('/ppp/secret').map((row) => row['name'])).toEqual(hostile);
  });

  it('keep octets that are not UTF-8', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const latin1 = Buffer.from([0x3d, ...Buffer.from('comment='), 0x63, 0x61, 0x66, 0xe9]);
    await client.talk('/ppp/secret/add', '=name=x', latin1);
    client.received.length = 0;

    await client.talk('/ppp/secret/print', '=.proplist=comment');

    expect(Buffer.concat(client.received).includes(latin1)).toBe(true);
  });

  it('have values in the spelling of the router', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    await client.talk('/queue/simple/add', '=name=q', '=target=10.0.0.5', '=max-limit=2M/10M', '=burst-time=90');
    await client.talk('/ppp/profile/add', '=name=p', '=session-timeout=02:00:00', '=idle-timeout=7200s');

    expect(lab.router.row('/queue/simple', 'q')).toMatchObject({
      target: '10.0.0.5/32',
      'max-limit': '2000000/10000000',
      'burst-time': '1m30s/1m30s',
      disabled: 'false',
    });
    expect(lab.router.row('/ppp/profile', 'p')).toMatchObject({ 'session-timeout': '2h', 'idle-timeout': '2h' });
  });

  it('refer by name, by beginning or by id, and show the raw id once the other is gone', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const pool = lab.router.add('/ip/pool', { name: 'home', ranges: '10.0.0.2-10.0.0.9' });
    lab.router.add('/ppp/profile', { name: '100Megas-a', 'remote-address': 'ho' });
    lab.router.add('/ppp/profile', { name: '200Megas-a' });
    const add = (name: string, profile: string) =>
      client.trap('/ppp/secret/add', `=name=${name}`, `=profile=${profile}`);

    expect(await add('a', '100')).toBeUndefined();
    expect(await add('b', '*1')).toBeUndefined();
    expect(await add('c', 'd')).toBe('1: ambiguous value of profile, more than one possible value matches input');
    expect(await add('c', '')).toBe('1: ambiguous value of profile, more than one possible value matches input');
    expect(await add('c', 'gold')).toBe('1: input does not match any value of profile');
    expect(lab.router.rows('/ppp/secret').map((row) => row['profile'])).toEqual(['100Megas-a', '100Megas-a']);

    expect(await client.trap('/ip/pool/remove', `=.id=${pool}`)).toBeUndefined();
    expect(await client.trap('/ppp/profile/remove', '=.id=100Megas-a')).toBeUndefined();
    lab.router.add('/ppp/profile', { name: '100Megas-a' });
    expect(lab.router.row('/ppp/secret', 'a')?.['profile']).toBe('*1');
  });

  it('are refused with the messages of the router', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    await client.talk('/ppp/secret/add', '=name=anna');
    await client.talk('/ppp/secret/add', '=name=ben');
    await client.talk('/ip/pool/add', '=name=home', '=ranges=10.0.0.2-10.0.0.9');

    const expected: readonly (readonly [readonly string[], string])[] = [
      [['/ppp/secret/add', '=name=anna'], 'failure: secret with the same name already exists'],
      [['/ppp/secret/set', '=.id=*2', '=name=anna'], 'failure: secret with the same name already exists'],
      [['/ppp/secret/add'], '1: missing value(s) of argument(s) name'],
      [['/ppp/secret/set', '=comment=x'], 'missing =.id='],
      [['/ppp/secret/set', '?name=anna', '=comment=x'], 'missing =.id='],
      [['/ppp/secret/set', '=.id=*99', '=comment=x'], '0: no such item'],
      [['/ppp/secret/set', '=.id=*1', '=colour=x'], 'unknown parameter colour'],
      [['/ppp/secret/set', '=.id=*1', '=last-caller-id=x'], 'unknown parameter last-caller-id'],
      [['/ppp/secret/set', '=.id=*1', '=disabled=maybe'], '1: input does not match any value of disabled'],
      [['/ppp/secret/set', '=.id=*1', '=remote-address='], '1: invalid value for argument remote-address'],
      [['/ppp/secret/unset', '=.id=*1', '=value-name=comment'], '1: input does not match any value of value-name'],
      [['/ppp/profile/add', '=name=p', '=remote-address=nope'], '1: invalid value for argument remote-address:'],
      [['/ppp/profile/add', '=name=p', '=idle-timeout=soon'], '1: invalid time value for argument idle-timeout'],
      [['/ppp/profile/remove', '=.id=*0'], 'failure: can not remove default profile'],
      [['/ip/pool/add', '=name=home', '=ranges=10.1.0.2'], 'failure: pool with such name exists'],
      [['/ip/pool/add', '=name=x', '=ranges=-10.0.0.1'], "1: value of range must have ip address before '-'"],
      [['/queue/simple/add', '=name=q', '=target=10.0.0.1', '=priority=9'], '1: value of priority out of range (1..8)'],
      [
        ['/queue/simple/add', '=name=q', '=target=10.0.0.1', '=max-limit=1M/9M', '=limit-at=2M/2M'],
        'failure: upload-max-limit less than upload-limit',
      ],
      [['/user/group/remove', '=.id=full'], 'failure: group has some users'],
      [['/no/such/print'], '0: no such command prefix'],
      [['/ppp/secret/explode'], '0: no such command'],
      [['/ppp/aaa/add'], '0: no such command'],
      [['/ppp/aaa/print', '=follow-only='], 'unknown parameter follow-only'],
      [['/ip/service/remove', '=.id=*0'], '0: no such command'],
    ];
    for (const [words, message] of expected) expect([words, await client.trap(...words)]).toEqual([words, message]);

    expect(lab.router.rows('/ppp/secret')).toHaveLength(2);
  });

  it('are addressed by id lists, by names, and by position where the asterisk is lost', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    for (const name of ['a', 'b', 'c']) lab.router.add('/ppp/secret', { name });

    await client.talk('/ppp/secret/set', '=.id=*1,*3', '=comment=list');
    await client.talk('/ppp/secret/set', '=.id=1', '=comment=position');
    await client.talk('/ppp/secret/set', '=numbers=c', '=caller-id=02:00:00:00:00:01');

    expect(lab.router.rows('/ppp/secret').map((row) => row['comment'])).toEqual(['list', 'position', 'list']);
    expect(lab.router.row('/ppp/secret', 'c')?.['caller-id']).toBe('02:00:00:00:00:01');
  });

  it('stand where place-before and move put them', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const order = () =>
      lab.router
        .rows('/queue/simple')
        .map((row) => row['name'])
        .join('');
    for (const name of ['a', 'b', 'c']) lab.router.add('/queue/simple', { name, target: '10.0.0.1' });

    await client.talk('/queue/simple/add', '=name=d', '=target=10.0.0.1', '=place-before=*2');
    expect(order()).toBe('adbc');
    await client.talk('/queue/simple/move', '=numbers=*3,*1', '=destination=*4');
    expect(order()).toBe('cadb');
    await client.talk('/queue/simple/move', '=numbers=*3', '=destination=*99');
    expect(order()).toBe('adbc');
    expect(await client.trap('/queue/simple/move', '=numbers=*1', '=destination=*1')).toBe(
      'failure: can not move object before itself',
    );
    expect(await client.trap('/ppp/secret/add', '=name=x', '=place-before=*1')).toBe('unknown parameter place-before');
  });
});

describe('print', () => {
  it('gives the properties asked for, counts, gets, and evaluates queries as a stack', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    for (const [name, comment] of [
      ['a', 'x'],
      ['b', ''],
      ['c', 'y'],
    ] as const)
      lab.router.add('/ppp/secret', { name, comment });
    const names = async (...queries: string[]) =>
      (await client.rows('/ppp/secret/print', '=.proplist=name', ...queries)).map((row) => row['name']).join('');

    expect(await client.rows('/ppp/secret/print', '=.proplist=.id,name,nonsense', '?name=b')).toEqual([
      { '.id': '*2', name: 'b' },
    ]);
    expect(await names('?comment')).toBe('ac');
    expect(await names('?-comment')).toBe('b');
    expect(await names('?comment=')).toBe('');
    expect(await names('?>comment=')).toBe('ac');
    expect(await names('?name=a', '?=name=c', '?#|')).toBe('ac');
    expect(await names('?name=a', '?#!')).toBe('bc');
    expect(await names('?name=a', '?comment=x')).toBe('a');
    expect(await names('?disabled=no')).toBe('');
    expect(await names('?disabled=false', '?.id=*3')).toBe('c');
    expect((await client.talk('/ppp/secret/print', '=count-only=', '?>comment='))[0]?.values['ret']).toBe('2');
    expect((await client.talk('/ppp/secret/get', '=.id=*1', '=value-name=comment'))[0]?.values['ret']).toBe('x');
  });

  it('leaves out properties the version does not have, and refuses them', async () => {
    await using lab = await startRouter({ version: '7.14.3' });
    using client = await RawClient.login(lab.router.apiPort);

    await client.talk('/radius/add', '=address=10.0.0.1', '=service=ppp');

    expect(lab.router.rows('/radius')[0]).not.toHaveProperty('require-message-auth');
    expect(await client.trap('/radius/set', '=.id=*1', '=require-message-auth=no')).toBe(
      'unknown parameter require-message-auth',
    );
  });

  it('shows settings menus as one row without an id', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    await client.talk('/ppp/aaa/set', '=use-radius=yes', '=interim-update=120');

    expect(await client.rows('/ppp/aaa/print')).toEqual([
      {
        'use-radius': 'true',
        accounting: 'true',
        'interim-update': '2m',
        'use-circuit-id-in-nas-port-id': 'false',
        'enable-ipv6-accounting': 'false',
      },
    ]);
  });

  it('finds one secret among 10,000 without looking at the others', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const sentences = Array.from({ length: 10_000 }, (_, index) =>
      encodeSentence(['/ppp/secret/add', `=name=user-${index}`, '=profile=default', '.tag=x']),
    );
    client.write(Buffer.concat(sentences));
    for (let count = 0; count < 10_000; count += 1) await client.next();

    for (let index = 0; index < 500; index += 1) {
      expect(await client.rows('/ppp/secret/print', '=.proplist=name', `?name=user-${index * 20}`)).toHaveLength(1);
    }

    expect(await client.trap('/ppp/secret/add', '=name=user-9999')).toBe(
      'failure: secret with the same name already exists',
    );
  });
});

describe('rights', () => {
  it('decide what a user may do, as they were when he logged in', async () => {
    const users = [
      { name: 'reader', password: '', policies: ['read', 'api'] },
      { name: 'writer', password: '', policies: ['read', 'write', 'api'] },
    ];
    await using lab = await startRouter({ users });
    lab.router.add('/ppp/secret', { name: 'anna', password: 'pw' });
    using reader = await RawClient.login(lab.router.apiPort, 'reader');
    using writer = await RawClient.login(lab.router.apiPort, 'writer');

    expect(await reader.trap('/ppp/secret/add', '=name=x')).toBe('not enough permissions (9)');
    expect(await writer.trap('/ppp/secret/add', '=name=x')).toBeUndefined();
    expect(await writer.trap('/user/add', '=name=x', '=group=full', '=password=x')).toBe('not enough permissions (9)');
    const [row] = await reader.rows('/ppp/secret/print', '?name=anna', '=show-sensitive=');
    expect(row?.['password']).toBe('*****');

    lab.router.set('/user/group', 'reader-group', { policy: 'write,sensitive,!api' });
    expect(lab.router.row('/user/group', 'reader-group')?.['policy']).toMatch(/^read,write,sensitive,!local,/);
    expect(await reader.trap('/ppp/secret/add', '=name=y')).toBe('not enough permissions (9)');
  });

  it('never show the password of a user', async () => {
    await using lab = await startRouter({ users: [{ name: 'admin', password: 'hush' }] });
    using client = await RawClient.login(lab.router.apiPort, 'admin', 'hush');

    const rows = await client.rows('/user/print', '=show-sensitive=');

    expect(JSON.stringify(rows)).not.toContain('hush');
  });

  it.each([
    ['clear', 'pw'],
    ['placeholder', '*****'],
    ['omitted', undefined],
  ] as const)('may hide secrets from whoever does not ask for them: %s', async (secretsUnasked, shown) => {
    await using lab = await startRouter({ secretsUnasked });
    lab.router.add('/ppp/secret', { name: 'anna', password: 'pw' });
    using client = await RawClient.login(lab.router.apiPort);

    expect((await client.rows('/ppp/secret/print'))[0]?.['password']).toBe(shown);
    expect((await client.rows('/ppp/secret/print', '=show-sensitive='))[0]?.['password']).toBe('pw');
  });

  it('do not include show-sensitive before 7.21', async () => {
    await using lab = await startRouter({ version: '7.20.8' });
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/ppp/secret/print', '=show-sensitive=')).toBe('unknown parameter show-sensitive');
  });
});

describe('commands that go on', () => {
  it('tell of every change until they are cancelled', async () => {
    await using lab = await startRouter();
    lab.router.add('/ppp/secret', { name: 'a' });
    using client = await RawClient.login(lab.router.apiPort);
    client.send('/ppp/secret/print', '=follow=', '=.proplist=.id,name', '.tag=f');
    expect(await client.next()).toMatchObject({ word: '!re', tag: 'f', values: { '.id': '*1', name: 'a' } });

    lab.router.add('/ppp/secret', { name: 'b' });
    lab.router.set('/ppp/secret', 'b', { name: 'c' });
    lab.router.remove('/ppp/secret', 'a');

    expect((await client.next())?.values).toEqual({ '.id': '*2', name: 'b' });
    expect((await client.next())?.values).toEqual({ '.id': '*2', name: 'c' });
    expect((await client.next())?.values).toEqual({ '.id': '*1', '.dead': 'true' });

    client.send('/cancel', '=tag=f', '.tag=g');
    expect(await client.next()).toMatchObject({
      word: '!trap',
      tag: 'f',
      values: { category: '2', message: 'interrupted' },
    });
    expect(await client.next()).toMatchObject({ word: '!done', tag: 'g' });
    expect(await client.next()).toMatchObject({ word: '!done', tag: 'f' });
  });

  it('let other commands of the connection through', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    client.send('/ppp/secret/listen', '.tag=l');

    client.send('/ppp/secret/add', '=name=x', '.tag=a');

    expect([await client.next(), await client.next()].map((reply) => `${reply?.word} ${reply?.tag}`).sort()).toEqual([
      '!done a',
      '!re l',
    ]);
  });

  it('end with the session on /quit', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.talk('/quit')).toMatchObject([{ word: '!fatal', words: ['session terminated on request'] }]);
    await client.closed;
  });
});

describe('sizes', () => {
  it('are taken with units, and shown without', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    await client.talk('/ip/hotspot/user/add', '=name=v1', '=limit-bytes-total=1G', '=limit-bytes-in=0');
    await client.talk('/ppp/secret/add', '=name=anna', '=limit-bytes-out=250M');

    const [, guest] = await client.rows('/ip/hotspot/user/print');
    expect(guest).toMatchObject({ 'limit-bytes-total': '1000000000' });
    expect(guest).not.toHaveProperty('limit-bytes-in');
    expect(await client.rows('/ppp/secret/print')).toMatchObject([{ 'limit-bytes-out': '250000000' }]);
    expect(await client.trap('/ppp/secret/add', '=name=b', '=limit-bytes-in=1X')).toContain(
      'invalid value for argument limit-bytes-in',
    );
    expect(await client.trap('/ppp/secret/add', '=name=b', '=limit-bytes-in=9999999999G')).toContain('out of range');
  });
});

describe('/system/reboot', () => {
  it('is answered, then every connection is cut, and the router is there again', async () => {
    await using lab = await startRouter({
      users: [
        { name: 'admin', password: '' },
        { name: 'clerk', password: '', policies: ['read', 'write', 'api'] },
      ],
    });
    using clerk = await RawClient.login(lab.router.apiPort, 'clerk');
    using admin = await RawClient.login(lab.router.apiPort);
    expect(await clerk.trap('/system/reboot')).toBe('not enough permissions (9)');

    expect(await admin.talk('/system/reboot')).toMatchObject([{ word: '!done' }]);
    await Promise.all([admin.closed, clerk.closed]);

    using back = await RawClient.login(lab.router.apiPort);
    expect(await back.rows('/system/resource/print')).toMatchObject([{ uptime: '0s' }]);
  });
});
