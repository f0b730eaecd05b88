import { describe, expect, it } from 'vitest';
import { RawClient, startRouter } from './support.ts';

const names = (rows: readonly Readonly<Record<string, string>>[]) => rows.map(({ name }) => name);

describe('the files of a router', () => {
  it('are, at first, those of the hotspot every router comes with', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    const rows = await client.rows('/file/print', '=.proplist=name,type,size,last-modified');

    expect(names(rows)).toEqual(
      expect.arrayContaining(['skins', 'hotspot', 'hotspot/login.html', 'hotspot/errors.txt']),
    );
    expect(rows.find(({ name }) => name === 'hotspot')).toEqual({
      name: 'hotspot',
      type: 'directory',
      'last-modified': '2026-01-02 03:04:05',
    });
    const login = lab.router.row('/file', 'hotspot/login.html');
    expect(login).toMatchObject({ type: '.html file', size: String(login?.['contents']?.length) });
    expect(login?.['contents']).toContain('action="$(link-login-only)"');
  });

  it('lie below flash/ on a small board, and only there outlive a restart', async () => {
    await using lab = await startRouter({ flash: true });
    const { router } = lab;
    expect(router.row('/file', 'flash')).toMatchObject({ type: 'disk' });
    expect(router.row('/file', 'flash/hotspot/login.html')).toBeDefined();
    expect(router.row('/file', 'hotspot')).toBeUndefined();
    router.add('/file', { name: 'flash/kept.txt', contents: 'a' });
    router.add('/file', { name: 'lost', type: 'directory' });
    router.add('/file', { name: 'lost/page.txt', contents: 'b' });

    router.reboot();

    expect(router.row('/file', 'flash/kept.txt')).toMatchObject({ contents: 'a', type: '.txt file', size: '1' });
    expect(names(router.rows('/file')).filter((name) => !name?.startsWith('flash'))).toEqual([]);
    expect(() => router.remove('/file', 'flash')).toThrow('failure: can not remove disk');
  });

  it('are made, changed and removed; what changes their contents changes their date', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    using client = await RawClient.login(router.apiPort);
    await client.talk('/file/add', '=name=portal', '=type=directory');
    await client.talk('/file/add', '=name=portal/login.html', '=contents=<p>Grüße</p>');
    expect(router.row('/file', 'portal/login.html')).toMatchObject({ type: '.html file', size: '14' });

    await clock.advance(60_000);
    await client.talk('/file/set', '=.id=portal/login.html', '=contents=<p>Grüße</p>');
    expect(router.row('/file', 'portal/login.html')).toMatchObject({ 'last-modified': '2026-01-02 03:04:05' });
    await client.talk('/file/set', '=.id=portal/login.html', '=contents=');
    expect(router.row('/file', 'portal/login.html')).toMatchObject({
      size: '0',
      contents: '',
      'last-modified': '2026-01-02 03:05:05',
    });
    expect(router.row('/file', 'portal')).not.toHaveProperty('contents');

    await client.talk('/file/remove', '=.id=portal/login.html');
    expect(router.row('/file', 'portal/login.html')).toBeUndefined();
  });

  it('go with their folder, and those beside it stay', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    for (const name of ['portal', 'portal/img', 'portal2']) router.add('/file', { name, type: 'directory' });
    for (const name of ['portal/login.html', 'portal/img/a.svg', 'portal2/b']) router.add('/file', { name });

    router.remove('/file', 'portal');

    expect(names(router.rows('/file')).filter((name) => name?.startsWith('portal'))).toEqual(['portal2', 'portal2/b']);
  });

  it('are those of the stock hotspot once more after reset-html, beside what else is there', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);
    router.add('/ip/hotspot', { name: 'hs', interface: 'ether3' });
    const login = router.row('/file', 'hotspot/login.html')?.['contents'];
    await client.talk('/file/set', '=.id=hotspot/login.html', '=contents=ours');
    await client.talk('/file/add', '=name=hotspot/more.html', '=contents=more');

    await client.talk('/ip/hotspot/reset-html', '=.id=hs');
    expect(router.row('/file', 'hotspot/login.html')?.['contents']).toBe(login);
    expect(router.row('/file', 'hotspot/more.html')?.['contents']).toBe('more');

    router.remove('/file', 'hotspot');
    await client.talk('/ip/hotspot/reset-html', '=.id=hs');
    expect(router.row('/file', 'hotspot')?.['type']).toBe('directory');
    expect(router.row('/file', 'hotspot/login.html')?.['contents']).toBe(login);
  });

  it.each([
    ['of 60 KiB', 61_440, undefined],
    ['of more', 61_441, 'failure: contents too long'],
  ])('hold contents %s', async (_title, size, message) => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/file/add', '=name=a.txt', `=contents=${'x'.repeat(size)}`)).toBe(message);
    expect(await client.trap('/file/set', '=.id=hotspot/login.html', `=contents=${'x'.repeat(size)}`)).toBe(message);
  });

  it.each([
    [['/file/add', '=name=nowhere/a.txt'], 'failure: no such directory nowhere'],
    [['/file/add', '=name=hotspot/login.html/a.txt'], 'failure: no such directory hotspot/login.html'],
    [['/file/add', '=name=hotspot'], 'failure: file already exists'],
    [['/file/add', '=contents=x'], '1: missing value(s) of argument(s) name'],
    [['/file/add', '=name=a', '=type=disk'], '1: input does not match any value of type'],
    [['/file/add', '=name=a', '=size=1'], 'unknown parameter size'],
    [['/file/read', '=file=nowhere'], '0: no such item'],
    [['/file/read', '=file=hotspot'], '0: no such item'],
    [['/file/read'], '1: missing value(s) of argument(s) file'],
    [['/file/read', '=file=hotspot/errors.txt', '=chunk-size=32769'], '1: value of chunk-size out of range (0..32768)'],
    [['/file/read', '=file=hotspot/errors.txt', '=offset=-1'], '1: invalid value for argument offset'],
  ])('refuse %j', async (words, message) => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap(...words)).toBe(message);
  });

  it('are read in pieces', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    await client.talk('/file/add', '=name=a.txt', '=contents=0123456789');

    expect(await client.rows('/file/read', '=file=a.txt', '=offset=3', '=chunk-size=4')).toEqual([{ data: '3456' }]);
    expect(await client.rows('/file/read', '=file=a.txt', '=offset=99')).toEqual([{ data: '' }]);
  });

  it('can be made since 7.15, and tell their date since 7.16', async () => {
    await using old = await startRouter({ version: '7.14.3' });
    using client = await RawClient.login(old.router.apiPort);
    expect(await client.trap('/file/add', '=name=a.txt')).toBe('0: no such command');
    expect(old.router.row('/file', 'hotspot/login.html')).not.toHaveProperty('last-modified');
    expect(await client.trap('/file/set', '=.id=hotspot/login.html', '=contents=new')).toBeUndefined();

    await using newer = await startRouter({ version: '7.15' });
    expect(newer.router.add('/file', { name: 'a.txt' })).toMatch(/^\*/);
  });

  it('may be written only by who may write', async () => {
    await using lab = await startRouter({ users: [{ name: 'reader', password: '', policies: ['read', 'api'] }] });
    using client = await RawClient.login(lab.router.apiPort, 'reader');

    expect(await client.trap('/file/add', '=name=a.txt')).toBe('not enough permissions (9)');
    expect(await client.rows('/file/read', '=file=hotspot/errors.txt')).toHaveLength(1);
    expect(await client.trap('/ip/dhcp-server/lease/make-static', '=.id=*1')).toBe('not enough permissions (9)');
  });
});

describe('a router whose file print shows one folder', () => {
  const names = (rows: readonly Readonly<Record<string, string>>[]) => rows.map((row) => row['name']);

  it('shows what is below it only when told so, and to a query too', async () => {
    await using lab = await startRouter({ filesPrintOneFolder: true });
    using client = await RawClient.login(lab.router.apiPort);

    expect(names(await client.rows('/file/print', '=.proplist=name'))).toEqual(['skins', 'hotspot']);
    expect(await client.rows('/file/print', '?name=hotspot/login.html')).toEqual([]);
    expect(names(await client.rows('/file/print', '=path=hotspot'))).toContain('hotspot/css');
    expect(names(await client.rows('/file/print', '=path=hotspot'))).not.toContain('hotspot/css/style.css');
    for (const words of [['/file/print', '=recursive='], ['/file/recursive-print']]) {
      expect(names(await client.rows(...words, '=.proplist=name'))).toEqual(
        lab.router.rows('/file').map((row) => row['name']),
      );
    }
    expect(await client.rows('/file/print', '=recursive=', '=.proplist=name', '?name=hotspot/login.html')).toEqual([
      { name: 'hotspot/login.html' },
    ]);
  });

  it('is of a version that knows the words for it', async () => {
    await using lab = await startRouter({ version: '7.21.3' });
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/file/print', '=recursive=')).toBe('unknown parameter recursive');
    expect(await client.trap('/file/recursive-print')).toBe('0: no such command');
    expect(await client.trap('/system/identity/print', '=recursive=')).toBe('unknown parameter recursive');
  });
});
