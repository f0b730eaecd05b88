import { describe, expect, it } from 'vitest';
import { RawClient, startRouter } from './support.ts';

const names = (rows: readonly Readonly<Record<string, string>>[], type = 'child'): readonly (string | undefined)[] =>
  rows.filter((row) => row['type'] === type).map((row) => row['name'] ?? row['completion']);

describe('/console/inspect', () => {
  it('names the menus below a path, and the commands of one', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(names(await client.rows('/console/inspect', '=request=child', '=path=ppp'))).toEqual(
      expect.arrayContaining(['aaa', 'active', 'profile', 'secret']),
    );
    const secret = await client.rows('/console/inspect', '=request=child', '=path=ppp,secret');
    expect(secret).toContainEqual({ type: 'self', name: 'secret', 'node-type': 'dir' });
    expect(secret).toContainEqual({ type: 'child', name: 'add', 'node-type': 'cmd' });
    expect(names(secret)).not.toContain('listen');
    expect(await client.rows('/console/inspect', '=request=child', '=path=ppp,nonsense')).toEqual([]);
  });

  it('names the arguments of a command as this version has them', async () => {
    await using lab = await startRouter({ version: '7.15.3' });
    using client = await RawClient.login(lab.router.apiPort);
    const set = (menu: string) => client.rows('/console/inspect', '=request=child', `=path=${menu},set`);

    expect(names(await set('ip,service'))).toEqual(expect.arrayContaining(['address', 'numbers', 'port']));
    expect(names(await set('ip,service'))).not.toContain('max-sessions');
    expect(names(await set('ip,service'))).not.toContain('dynamic');
    expect(names(await set('system,identity'))).toEqual(['name']);
  });

  it('offers words and names, of which the API may lose some', async () => {
    await using lab = await startRouter();
    lab.router.add('/ppp/profile', { name: 'gold' });
    using client = await RawClient.login(lab.router.apiPort);
    const offered = (path: string) => client.rows('/console/inspect', '=request=completion', `=path=${path}`);

    expect(names(await offered('ppp,secret,add,service'), 'completion')).toContain('pppoe');
    expect(names(await offered('ppp,secret,add,profile'), 'completion')).toEqual(
      expect.arrayContaining(['default', 'gold']),
    );
    expect(await offered('ppp,secret,add,name')).toEqual([]);
    await using lossy = await startRouter({ inspectDrops: 1 });
    using other = await RawClient.login(lossy.router.apiPort);
    expect(await other.rows('/console/inspect', '=request=completion', '=path=ppp,secret,add,service')).toEqual([]);
  });

  it('explains the form of values, and says nothing where there are words alone', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const explained = async (path: string) =>
      (await client.rows('/console/inspect', '=request=syntax', `=path=${path}`)).map((row) => [
        row['symbol-type'],
        row['text'],
      ]);

    expect(await explained('ip,firewall,filter,add,action')).toEqual([['definition', '']]);
    expect(await explained('ip,firewall,filter,add,log-prefix')).toEqual([['definition', 'string value']]);
    expect(await explained('radius,add,timeout')).toEqual([['definition', 'time interval']]);
    expect(await explained('radius,add,service')).toEqual([
      ['definition', expect.stringMatching(/^ppp\|.*\[,\w+\*\]$/)],
    ]);
    expect(await explained('radius,add,nonsense')).toEqual([]);
  });

  it('is not there in version 6', async () => {
    await using lab = await startRouter({ version: '6.49.17' });
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/console/inspect', '=request=child', '=path=ip')).toBe('0: no such command prefix');
  });
});
