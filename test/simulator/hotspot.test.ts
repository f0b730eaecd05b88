import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { arrive, get, guestMac, offerHotspot, parsed, raw, website } from './guest.ts';
import { RawClient, startRouter } from './support.ts';

describe('a device that nobody knows', () => {
  it('appears in the table of hosts and is led to the login page', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerHotspot(router);

    const device = await arrive(router, { hostName: 'phone' });
    const probe = await get(device.gateway, 'http://captive.example/generate_204?x=1+2&y');
    const page = await get(device.gateway, probe.headers.get('location') ?? '');

    expect(device).toMatchObject({ mac: guestMac, address: '10.5.50.10', hotspot: 'hs-cafe', online: false });
    expect(router.rows('/ip/hotspot/host')).toMatchObject([
      { 'mac-address': guestMac, address: '10.5.50.10', server: 'hs-cafe', authorized: 'false', bypassed: 'false' },
    ]);
    expect(probe.statusLine).toBe('HTTP/1.0 302 Hotspot login required');
    expect(probe.headers.get('location')).toBe(
      'http://login.test/login?dst=http%3A%2F%2Fcaptive.example%2Fgenerate_204%3Fx%3D1%2B2%26y',
    );
    expect(page.status).toBe(200);
    expect(page.body).toContain('action="http://login.test/login"');
    expect(page.body).toContain('name="dst" value="http://captive.example/generate_204?x=1+2&y"');
  });

  it('has one place, however often and wherever it comes', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerHotspot(router);
    router.add('/ip/hotspot', { name: 'hs-yard', interface: 'ether4', profile: 'cafe' });

    const [first, second] = await Promise.all([arrive(router), arrive(router)]);
    expect(second).toEqual(first);
    expect(router.rows('/ip/pool/used')).toMatchObject([
      { pool: 'guests', address: '10.5.50.10', owner: 'hotspot', info: guestMac },
    ]);
    expect(await router.join({ mac: guestMac, interface: 'ether4' })).toMatchObject({ address: '10.5.50.2' });
    expect(await router.join({ mac: guestMac })).toMatchObject({ hotspot: 'hs-yard' });

    expect(router.rows('/ip/hotspot/host')).toMatchObject([{ server: 'hs-yard', 'bridge-port': 'ether4' }]);
    expect(router.rows('/ip/pool/used')).toEqual([]);
    expect(await router.leave(guestMac)).toBe(true);
    expect(router.rows('/ip/hotspot/host')).toEqual([]);
  });

  it('is led to the address of the listener by a hotspot without a name and an address', async () => {
    await using lab = await startRouter();
    lab.router.add('/ip/hotspot', { interface: 'ether3' });
    const device = await arrive(lab.router);

    const stopped = await get(device.gateway, 'http://a.test/');
    const page = await get(device.gateway, stopped.headers.get('location') ?? '');

    expect(stopped.headers.get('location')).toBe(`http://${device.gateway}/login?dst=http%3A%2F%2Fa.test%2F`);
    expect(page.body).toContain(`action="http://${device.gateway}/login"`);
  });

  it('is led by a redirect of the router itself where its folder lacks pages', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerHotspot(router);
    const device = await arrive(router);
    router.remove('/file', 'hotspot/rlogin.html');
    const byRedirectPage = await get(device.gateway, 'http://a.test/');
    router.remove('/file', 'hotspot/redirect.html');
    const byItself = await get(device.gateway, 'http://a.test/');
    router.remove('/file', 'hotspot/login.html');

    expect(byRedirectPage.statusLine).toBe('HTTP/1.0 302 Hotspot redirect');
    expect(byItself.statusLine).toBe('HTTP/1.0 302 Found');
    expect(byItself.headers.get('location')).toBe(byRedirectPage.headers.get('location'));
    expect((await get(device.gateway, 'http://login.test/login')).status).toBe(404);
  });

  it('is served the same as to a proxy, by Host header and by the address of the listener', async () => {
    await using lab = await startRouter();
    offerHotspot(lab.router);
    const device = await arrive(lab.router);

    const byName = await get(device.gateway, 'http://login.test/login');
    const byAddress = await get(device.gateway, 'http://10.5.50.1/login');
    const direct = parsed(await raw(device.gateway, 'GET /login HTTP/1.1\r\nHost: LOGIN.test\r\n\r\n'));
    const listener = await (await fetch(`http://${device.gateway}/login`)).text();

    expect(byAddress.body).toBe(byName.body);
    expect(direct.body).toBe(byName.body);
    expect(direct.statusLine).toBe('HTTP/1.0 200 OK');
    expect(listener).toContain(`action="http://${device.gateway}/login"`);
    expect((await get(device.gateway, 'http://login.test/')).headers.get('location')).toBe('http://login.test/login');
    expect((await get(device.gateway, 'http://login.test/status')).headers.get('location')).toBe(
      'http://login.test/login',
    );
    expect((await get(device.gateway, 'http://login.test/none.html')).status).toBe(404);
    expect((await get(device.gateway, 'http://login.test/css/style.css')).headers.get('content-type')).toBe('text/css');
  });
});

describe('a guest the router knows by itself', () => {
  const login = 'http://login.test/login';

  async function cafe(profile: Readonly<Record<string, string>> = {}) {
    const lab = await startRouter();
    offerHotspot(lab.router, profile);
    lab.router.add('/ip/hotspot/user/profile', { name: 'hour', 'rate-limit': '1M/2M', 'address-list': 'guests' });
    lab.router.add('/ip/hotspot/user', { name: 'anna', password: 'geheim', profile: 'hour' });
    return lab;
  }

  it('IS-40: logs in by PAP, goes on to where it wanted, and shows in the menus', async () => {
    await using lab = await cafe();
    await using site = await website();
    const { router, clock } = lab;
    const device = await arrive(router, { resolve: { 'news.test': site.address } });

    const refused = await get(device.gateway, login, { form: { username: 'anna', password: 'wrong', dst: 'x' } });
    const page = await get(device.gateway, login, {
      form: { username: 'anna', password: 'geheim', dst: 'http://news.test/a?b' },
    });
    await clock.advance(5000);
    expect(router.traffic('anna', { up: 1500n, down: 3000n })).toBe(1);
    const news = await get(device.gateway, 'http://news.test/a?b', { headers: { 'X-Mine': 'kept', Cookie: 'a=b' } });

    expect(refused.status).toBe(200);
    expect(refused.body).toContain('invalid username or password');
    expect(page.statusLine).toBe('HTTP/1.0 302 Hotspot redirect');
    expect(page.headers.get('location')).toBe('http://news.test/a?b');
    expect(news.body).toBe('hello');
    expect(site.requests).toMatchObject([
      { url: '/a?b', headers: { host: 'news.test', 'x-mine': 'kept', cookie: 'a=b' } },
    ]);
    expect(router.rows('/ip/hotspot/active')).toEqual([
      {
        '.id': '*1',
        server: 'hs-cafe',
        user: 'anna',
        address: '10.5.50.10',
        'mac-address': guestMac,
        'login-by': 'http-pap',
        uptime: '5s',
        'idle-time': '0s',
        'keepalive-timeout': '2m',
        'bytes-in': '1500',
        'bytes-out': '3000',
        'packets-in': '2',
        'packets-out': '3',
        radius: 'false',
        blocked: 'false',
      },
    ]);
    expect(router.row('/queue/simple', '<hotspot-anna>')).toMatchObject({
      target: '10.5.50.10/32',
      'max-limit': '1000000/2000000',
      dynamic: 'true',
    });
    expect(router.rows('/ip/firewall/address-list')).toMatchObject([{ list: 'guests', address: '10.5.50.10' }]);
    expect(router.sessions()).toMatchObject([
      { kind: 'hotspot', mac: guestMac, username: 'anna', sessionId: '80100001', interface: '<hotspot-anna>' },
    ]);
    expect(router.devices()).toMatchObject([{ online: true, username: 'anna', loginBy: 'http-pap' }]);
  });

  it('shows the comment of its row before 7.21, and no more since', async () => {
    for (const version of ['7.20.8', '7.21']) {
      await using lab = await startRouter({ version });
      const { router } = lab;
      offerHotspot(router);
      router.add('/ip/hotspot/user', { name: 'anna', password: 'geheim', comment: 'table 4' });
      router.add('/ip/hotspot/user', { name: 'ben', password: 'geheim' });
      for (const [index, username] of ['anna', 'ben'].entries()) {
        const device = await arrive(router, { mac: `02:00:5E:00:00:2${index}` });
        await get(device.gateway, login, { form: { username, password: 'geheim' } });
      }

      const shown = router.rows('/ip/hotspot/active').map((row) => row['comment']);

      expect(shown).toEqual(version === '7.21' ? [undefined, undefined] : ['table 4', undefined]);
    }
  });

  it('IS-40: logs in by CHAP with a challenge that is good for once', async () => {
    await using lab = await cafe({ 'login-by': 'http-chap' });
    const { router } = lab;
    router.add('/file', { name: 'hotspot/facts.txt', contents: '' });
    const pages = [
      ['hotspot/login.html', '$(chap-id) $(chap-challenge) $(plain-passwd) $(error-type)'],
      ['hotspot/alogin.html', 'in'],
    ] as const;
    for (const [name, contents] of pages) router.set('/file', name, { contents });
    const device = await arrive(router);

    const page = await get(device.gateway, login);
    const again = await get(device.gateway, login);
    const [id = '', challenge = '', plain] = page.body.split(' ');
    const octets = (text: string) =>
      Buffer.from(
        text
          .slice(1)
          .split('\\')
          .map((digits) => Number.parseInt(digits, 8)),
      );
    const hash = createHash('md5').update(octets(id)).update('geheim').update(octets(challenge)).digest('hex');
    const clear = await get(device.gateway, login, { form: { username: 'anna', password: 'geheim' } });
    const stale = await get(device.gateway, login, { form: { username: 'anna', password: hash } });

    expect(again.body).toBe(page.body);
    expect(octets(id)).toHaveLength(1);
    expect(octets(challenge)).toHaveLength(16);
    expect(plain).toBe('no');
    expect(clear.body).toMatch(/chap-missing$/);
    // The challenge went with the attempt before, and the page showed a new one.
    expect(stale.body).toMatch(/invalid-username$/);

    const [newId = '', newChallenge = ''] = (await get(device.gateway, login)).body.split(' ');
    const good = createHash('md5').update(octets(newId)).update('geheim').update(octets(newChallenge)).digest('hex');
    expect((await get(device.gateway, `${login}?username=anna&password=${good}`)).body).toBe('in');
    expect(router.rows('/ip/hotspot/active')).toMatchObject([{ user: 'anna', 'login-by': 'http-chap' }]);
  });

  it('is told why not: another device, too many sessions, time and traffic used up, switched off', async () => {
    await using lab = await cafe();
    const { router, clock } = lab;
    router.set('/file', 'hotspot/login.html', { contents: '$(error-type)|$(error)|$(error-orig)|$(var)' });
    const device = await arrive(router);
    const other = await arrive(router, { mac: '02:00:5e:00:00:0b' });
    const why = async (gateway: string, username: string, password = 'geheim') =>
      (await get(gateway, login, { form: { username, password, var: 'nonce-1' } })).body.split('|');
    router.add('/ip/hotspot/user', { name: 'bound', password: 'geheim', 'mac-address': '02:00:5E:00:00:0B' });
    router.add('/ip/hotspot/user', { name: 'timed', password: 'geheim', 'limit-uptime': '1m' });
    router.add('/ip/hotspot/user', { name: 'capped', password: 'geheim', 'limit-bytes-total': '1000' });
    router.add('/ip/hotspot/user', { name: 'off', password: 'geheim', disabled: 'yes' });

    expect(await why(device.gateway, 'bound')).toEqual([
      'invalid-mac',
      'user bound may not log in from this device',
      'user is not allowed to log in from this MAC address',
      'nonce-1',
    ]);
    expect((await why(device.gateway, '02:00:5E:00:00:0B'))[0]).toBe('wrong-mac-username');
    expect((await why(device.gateway, 'off'))[0]).toBe('invalid-username');
    await why(device.gateway, 'anna');
    expect((await why(other.gateway, 'anna'))[0]).toBe('user-session-limit');
    expect(router.hangUp('anna')).toBe(1);

    await why(device.gateway, 'timed');
    await clock.advance(60_000);
    expect(router.sessions()).toEqual([]);
    expect((await why(device.gateway, 'timed'))[0]).toBe('uptime-limit');
    expect(router.row('/ip/hotspot/user', 'timed')).toMatchObject({ uptime: '1m' });

    await why(device.gateway, 'capped');
    router.traffic('capped', { up: 400n, down: 600n });
    expect(router.sessions()).toEqual([]);
    expect((await why(device.gateway, 'capped'))[0]).toBe('traffic-limit');
    expect(router.row('/ip/hotspot/user', 'capped')).toMatchObject({ 'bytes-in': '400', 'bytes-out': '600' });

    using client = await RawClient.login(router.apiPort);
    await client.talk('/ip/hotspot/user/reset-counters', '=numbers=capped');
    expect(router.row('/ip/hotspot/user', 'capped')).toMatchObject({ 'bytes-in': '0', uptime: '0s' });
  });

  it('sees its counters, and logs out', async () => {
    await using lab = await cafe();
    const { router, clock } = lab;
    router.set('/file', 'hotspot/status.html', {
      contents: '$(username) $(uptime) $(bytes-in-nice) $(session-time-left)',
    });
    router.set('/file', 'hotspot/logout.html', { contents: 'bye $(username) $(uptime-secs) $(logged-in)' });
    router.set('/ip/hotspot/user/profile', 'hour', { 'session-timeout': '1h' });
    const device = await arrive(router);
    await get(device.gateway, login, { form: { username: 'anna', password: 'geheim' } });
    await clock.advance(61_000);
    router.traffic('anna', { up: 2048n });

    expect((await get(device.gateway, 'http://login.test/status')).body).toBe('anna 1m1s 2.0 KiB 58m59s');
    expect((await get(device.gateway, login)).headers.get('location')).toBe('http://login.test/status');
    expect((await get(device.gateway, 'http://login.test/logout')).body).toBe('bye anna 61 no');
    expect(router.rows('/ip/hotspot/active')).toEqual([]);
    expect(router.rows('/queue/simple')).toEqual([]);
  });

  it('is not sent to a script, whatever dst says', async () => {
    await using lab = await cafe();
    const device = await arrive(lab.router);

    const page = await get(device.gateway, login, {
      form: { username: 'anna', password: 'geheim', dst: 'javascript:alert(1)' },
    });

    expect(page.headers.get('location')).toBe('http://login.test/status');
  });

  it('keeps its session when its row goes, unless this router is said to be of the other kind', async () => {
    for (const userRemovalEndsSession of [false, true]) {
      await using lab = await startRouter({ userRemovalEndsSession });
      offerHotspot(lab.router);
      lab.router.add('/ip/hotspot/user', { name: 'anna', password: 'geheim' });
      const device = await arrive(lab.router);
      await get(device.gateway, login, { form: { username: 'anna', password: 'geheim' } });

      lab.router.remove('/ip/hotspot/user', 'anna');

      expect(lab.router.sessions()).toHaveLength(userRemovalEndsSession ? 0 : 1);
    }
  });
});

describe('pages of the operator', () => {
  it("IS-25: take the place of the others once their folder has something in it, a program's folder among them", async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerHotspot(router, { 'html-directory-override': 'ours' });
    const device = await arrive(router);
    const page = async (url: string) => (await get(device.gateway, url)).body;
    const before = await page('http://login.test/login');
    router.add('/file', { name: 'ours', type: 'directory' });
    expect(await page('http://login.test/login')).toBe(before);

    router.add('/file', {
      name: 'ours/login.html',
      contents: '$(identity) $(server-name) $(mac-esc) $(nothing)$(username)',
    });
    router.add('/file', { name: 'ours/xml', type: 'directory' });
    router.add('/file', { name: 'ours/xml/login.html', contents: '<xml $(link-login-only)>' });

    expect(await page('http://login.test/login')).toBe('MikroTik hs-cafe 02%3A00%3A5E%3A00%3A00%3A0A ');
    expect(await page('http://login.test/login?target=xml')).toBe('<xml http://login.test/xml/login>');
    expect(await page('http://login.test/xml/login')).toBe('<xml http://login.test/xml/login>');
    expect((await get(device.gateway, 'http://login.test/status')).headers.get('location')).toBe(
      'http://login.test/login',
    );
    router.set('/ip/hotspot/profile', 'cafe', { 'html-directory-override': '' });
    expect(await page('http://login.test/login')).toBe(before);
  });
});
