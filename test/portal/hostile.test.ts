import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { GuestClient, type GuestPage } from '../../src/simulator/guest-client.ts';
import { bridge, fromRouter, mac, omadaBridge, PortalLab, routerFields, site } from './support.ts';

const guest = new GuestClient({ follow: 0 });

/** Everybody, nobody, a group. */
const groups = ['FF:FF:FF:FF:FF:FF', '00:00:00:00:00:00', '01:00:5E:00:00:FB'];

/** A page a person understands: our frame, words, no forms to type a password into, nothing of our insides. */
function expectRefusal(page: GuestPage, status: number, words: string): void {
  expect(page.status).toBe(status);
  expect(page.heading).toBe('That did not work');
  expect(page.text).toContain(words);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.html).not.toMatch(/stack|Error:|FST_|statusCode|node_modules|type="password"/);
}

describe('a forged router', () => {
  it.each([
    'http://evil.example/login',
    'http://login.cafe.example.evil.example/login',
    'http://login.cafe.example@evil.example/login',
    'http://evil.example#@login.cafe.example/login',
    'http://evil.example\\@login.cafe.example/login',
    'http://login.cafe.example:8080/login',
    'http://login.cafe.example./login',
    'http://0x0a.5.50.1/login',
    'http://168112641/login',
    'http://[::ffff:10.5.50.1]/login',
    '//login.cafe.example/login',
    'ftp://login.cafe.example/login',
    'javascript:alert(1)',
    'login',
  ])('%s: gets nobody’s password', async (link) => {
    await using lab = await PortalLab.start();

    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter({ 'link-login-only': link })}`);

    expectRefusal(page, 400, 'Do not enter a password');
  });

  it('cannot change where a page that was signed leads', async () => {
    await using lab = await PortalLab.start();
    const page = await arrive(lab);

    const fields = { ...page.forms[1]?.fields, username: 'anna', password: 'correct horse' };
    const sent = await guest.post(`${lab.url}/p/cafe/login`, {
      ...fields,
      'link-login-only': 'http://evil.example/login',
    });

    expect(new URL(sent.headers.location ?? '').origin).toBe('http://login.cafe.example');
  });
});

describe('a forged device', () => {
  it.each(['', '---', 'AA:BB:CC', 'AA:BB:CC:00:11:22:33', '<script>', "' OR 1=1", ...groups])(
    '%j: is none',
    async (forged) => {
      await using lab = await PortalLab.start();

      expectRefusal(await guest.get(`${lab.url}/p/cafe?${fromRouter({ mac: forged })}`), 400, 'which device you use');
    },
  );

  it('IS-57: cannot be swapped in a page that was signed', async () => {
    await using lab = await PortalLab.start();
    const page = await arrive(lab);
    const context = page.forms[1]?.fields['context'] ?? '';
    const [payload = '', signature = ''] = context.split('.');
    const facts = Buffer.from(payload, 'base64url').toString().replace(mac, '02:00:00:00:00:01');
    const forged = `${Buffer.from(facts).toString('base64url')}.${signature}`;

    const swapped = await logIn(lab, { context: forged });
    const beside = await logIn(lab, { context, mac: '02:00:00:00:00:01', ip: '10.9.9.9' });

    expectRefusal(swapped, 400, 'This page is not complete');
    expect(lab.decisions.of('anna')).toMatchObject([{ callingStationId: mac }]);
    expect(beside.status).toBe(303);
  });
});

describe('a forged or misused page', () => {
  it('is good at its own site only', async () => {
    await using lab = await PortalLab.start([site(), site({ name: 'bar' })]);
    const context = (await arrive(lab)).forms[1]?.fields['context'] ?? '';

    const page = await guest.post(`${lab.url}/p/bar/login`, { context, username: 'anna', password: 'correct horse' });

    expectRefusal(page, 400, 'This page is not complete');
  });

  it.each(['', 'x', 'x.y', `${'A'.repeat(43)}.${'A'.repeat(43)}`, 'eyJzaXRlIjoiY2FmZSJ9.'])(
    '%j: is none',
    async (context) => {
      await using lab = await PortalLab.start();

      expectRefusal(await logIn(lab, { context }), 400, 'This page is not complete');
      expectRefusal(await guest.get(`${lab.url}/p/cafe?c=${context}`), 400, 'This page is not complete');
    },
  );

  it.each(['sign-up', 'trial', 'constructor', ''])('by the method %j: lets nobody in', async (method) => {
    await using lab = await PortalLab.start();
    const context = (await arrive(lab)).forms[1]?.fields['context'] ?? '';

    expectRefusal(await logIn(lab, { context, method }), 403, 'not offered here');
    expect(lab.decisions.of('anna')).toEqual([]);
  });

  it('lets in once', async () => {
    await using lab = await PortalLab.start();
    const context = (await arrive(lab)).forms[1]?.fields['context'] ?? '';

    const first = await logIn(lab, { context });
    const again = await logIn(lab, { context });

    expect(first.status).toBe(303);
    expectRefusal(again, 409, 'This page has been used already');
    expect(again.links).toEqual([{ href: bridge.loginUrl, text: 'Start again' }]);
  });

  it('is good for 15 minutes, and then says where to begin again', async () => {
    await using lab = await PortalLab.start();
    const context = (await arrive(lab)).forms[1]?.fields['context'] ?? '';

    await lab.clock.sleep(15 * 60_000 - 1);
    const inTime = await guest.get(`${lab.url}/p/cafe?c=${context}`);
    await lab.clock.sleep(1);
    const late = await logIn(lab, { context });

    expect(inTime.status).toBe(200);
    expectRefusal(late, 410, 'This page was open for too long');
    expect(late.links).toEqual([{ href: bridge.loginUrl, text: 'Start again' }]);
  });

  it('leads nowhere once its router is no longer declared', async () => {
    await using lab = await PortalLab.start();
    const context = (await arrive(lab)).forms[1]?.fields['context'] ?? '';
    lab.sites = [site({ bridges: [omadaBridge] })];

    expectRefusal(await logIn(lab, { context }), 410, 'Please start again');
  });
});

describe('what no browser sends', () => {
  const bad: readonly (readonly [string, string, number])[] = [
    ['a name twice', `${fromRouter()}&mac=02%3A00%3A00%3A00%3A00%3A01`, 400],
    ['an array', `${fromRouter()}&lang[]=de`, 400],
    ['NUL', `${fromRouter()}&x=a%00b`, 400],
    ['a line break', `${fromRouter()}&x=a%0d%0aSet-Cookie:%20a=b`, 400],
    ['a broken escape', `${fromRouter()}&x=%zz`, 400],
    ['octets that are no UTF-8', `${fromRouter()}&x=%ff%fe`, 400],
    ['41 names', Array.from({ length: 41 }, (_, at) => `a${at}=1`).join('&'), 414],
    ['a value of over 1 KB', `${fromRouter()}&x=${'a'.repeat(1025)}`, 414],
    ['over 4 KB', `${fromRouter()}&x=${'a'.repeat(4096)}`, 414],
  ];

  it.each(bad)('%s in an address: is refused', async (_, query, status) => {
    await using lab = await PortalLab.start();

    const words = status === 414 ? 'Your browser sent too much' : 'could not read what your browser sent';
    expectRefusal(await guest.get(`${lab.url}/p/cafe?${query}`), status, words);
  });

  it.each(bad.slice(0, 6))('%s in a form: is refused', async (_, body) => {
    await using lab = await PortalLab.start();

    expectRefusal(await postText(lab, body), 400, 'could not read what your browser sent');
  });

  it('64 KB in an address, a form or a header: is refused', async () => {
    await using lab = await PortalLab.start();
    const long = 'a'.repeat(64 * 1024);

    const address = await guest.get(`${lab.url}/p/cafe?x=${long}`);
    const header = await new GuestClient({ headers: { 'x-long': long } }).get(`${lab.url}/p/cafe`);
    const form = await postText(lab, `username=${long}`);

    expectRefusal(address, 431, 'Your browser sent too much');
    expectRefusal(header, 431, 'Your browser sent too much');
    expectRefusal(form, 413, 'Your browser sent too much');
  });

  it('a body of another type: is refused', async () => {
    await using lab = await PortalLab.start();

    const multipart = await postText(lab, '--x', 'multipart/form-data; boundary=x');
    const none = await guest.post(`${lab.url}/p/cafe/login`, {});

    expectRefusal(multipart, 415, 'could not read what your browser sent');
    expectRefusal(none, 400, 'This page is not complete');
  });

  it('addresses that are none: are refused', async () => {
    await using lab = await PortalLab.start();

    expectRefusal(await guest.get(`${lab.url}/p/%zz`), 400, 'could not read');
    expectRefusal(await guest.get(`${lab.url}/p/..%2f..%2fetc%2fpasswd`), 404, 'There is no such page');
    expectRefusal(await guest.get(`${lab.url}/p/${'a'.repeat(300)}`), 400, 'could not read');
    expectRefusal(await guest.get(`${lab.url}/p/nowhere?${fromRouter()}`), 404, 'There is no such page');
    expectRefusal(await guest.get(`${lab.url}/admin`), 404, 'There is no such page');
    expectRefusal(await guest.get(`${lab.url}/p/cafe/files/..%2flogin.html`), 404, 'There is no such page');
  });

  it('what is not HTTP: is refused', async () => {
    await using lab = await PortalLab.start();
    const socket = connect(lab.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));

    socket.write('\u0016\u0003\u0001 hello\r\n\r\n');
    await once(socket, 'close');

    const said = Buffer.concat(parts).toString();
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(said).toContain('We could not read what your browser sent');
  });

  it('an error in the router’s own code page: is taken', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter({ error: '' })}`.replace('error=', 'error=%ff%fe'));

    expect(page.status).toBe(200);
    expect(page.text).toContain('The network did not let you in');
  });

  it('an original address of over 2 KB: is cut, not refused', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.get(
      `${lab.url}/p/cafe?${fromRouter({ 'link-orig': `http://a.example/${'b'.repeat(2500)}` })}`,
    );

    expect(page.status).toBe(200);
    expect(page.forms).toHaveLength(2);
  });

  it('an original address of which escapes make three times as much: is cut, not refused', async () => {
    await using lab = await PortalLab.start();
    const original = `http://a.example/?${'&a=b_'.repeat(500)}`;
    // As the router escapes it, with `_`.
    const escaped = encodeURIComponent(original).replaceAll('_', '%5F');

    const page = await guest.get(
      `${lab.url}/p/cafe?${fromRouter({ 'link-orig': '' })}`.replace('link-orig=', `link-orig=${escaped}`),
    );
    const tooLong = await guest.get(`${lab.url}/p/cafe?${fromRouter()}&dst=${escaped.padEnd(12_300, 'a')}`);

    expect(escaped.length).toBeGreaterThan(5_000);
    expect(page.status).toBe(200);
    expect(page.forms).toHaveLength(2);
    expectRefusal(tooLong, 414, 'Your browser sent too much');
  });
});

describe('markup in what a guest sends', () => {
  it('is text on every page', async () => {
    await using lab = await PortalLab.start();
    const markup = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
    const everywhere = Object.fromEntries(
      ['link-orig', 'identity', 'server-name', 'error', 'error-orig', 'trial', 'var', 'username', 'ip'].map((name) => [
        name,
        markup,
      ]),
    );

    const landed = await guest.get(`${lab.url}/p/cafe?${fromRouter(everywhere)}`);
    const refused = await guest.submit(landed, { username: markup, password: markup });

    for (const { html } of [landed, refused]) {
      expect(html).not.toContain('<script');
      expect(html).not.toContain('<img');
    }
    expect(refused.html).toContain('value="&quot;&gt;&lt;script&gt;');
  });

  it('is text on pages that say no, too', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.get(`${lab.url}/p/<script>alert(1)</script>?x=<script>`);

    expect(page.html).not.toContain('<script');
  });
});

describe('somebody who guesses', () => {
  it('waits 15 minutes after five wrong passwords from one device, and is told so', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 5; at += 1) expect((await guess(lab, mac, `user${at}`)).status).toBe(401);

    const locked = await guess(lab, mac, 'anna', 'correct horse');
    await lab.clock.sleep(15 * 60_000);
    const later = await guess(lab, mac, 'anna', 'correct horse');

    expect(locked.status).toBe(429);
    expect(locked.text).toContain('Please wait 15 minutes');
    expect(locked.headers['retry-after']).toBe('900');
    expect(later.status).toBe(303);
  });

  const device = (at: number) => `02:00:00:00:00:${at.toString(16).padStart(2, '0')}`;

  it('waits after twenty wrong passwords of one account from many devices, at every site', async () => {
    await using lab = await PortalLab.start([site(), site({ name: 'bar' })]);
    for (let at = 0; at < 20; at += 1) await guess(lab, device(at), 'anna');

    const wrong = await guess(lab, device(20), 'anna');
    const elsewhere = await guess(lab, device(21), 'anna', 'guess', 'bar');

    expect([wrong.status, elsewhere.status]).toEqual([429, 429]);
    expect((await guess(lab, device(22), 'ben')).status).toBe(401);
  });

  it('keeps the owner of the account out of nothing, who has the password and a device that guessed nothing', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 21; at += 1) await guess(lab, device(at), 'anna');

    expect((await guess(lab, device(20), 'anna', 'correct horse')).status).toBe(429);
    expect((await guess(lab, mac, 'anna', 'correct horse')).status).toBe(303);
  });

  it('has thirty tries a minute at an account that waits, however many devices it makes up', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 50; at += 1) await guess(lab, device(at), 'nobody');

    await guess(lab, mac, 'nobody');

    expect(lab.decisions.of('nobody').map(({ callingStationId }) => callingStationId)).not.toContain(mac);
  });

  it('frees nobody who waits by names and devices that are made up', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 5; at += 1) await guess(lab, mac, 'anna');
    for (let at = 0; at < 30; at += 1) await guess(lab, device(at), `user${at}`);

    expect((await guess(lab, mac, 'anna', 'correct horse')).status).toBe(429);
  });

  it('learns neither from words nor from time whether a name exists', async () => {
    await using lab = await PortalLab.start();

    const known = await guess(lab, '02:00:00:00:00:01', 'anna');
    const unknown = await guess(lab, '02:00:00:00:00:02', 'nobody');

    expect(known.text).toBe(unknown.text);
    expect(lab.clock.slept).toEqual([500, 500]);
  });

  it('waits longer for each answer once 60 in a minute are wrong at a site, while others do not', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 61; at += 1) await guess(lab, device(at), `user${at}`);

    const right = await guess(lab, mac, 'anna', 'correct horse');

    expect(lab.clock.slept.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 500));
    expect(lab.clock.slept.slice(60)).toEqual([3_000]);
    expect(right.status).toBe(303);
    expect(lab.logged.filter((line) => line.includes('very many wrong passwords at a portal site'))).toHaveLength(1);
  });

  it('makes a device of somebody at another address wait for nothing', async () => {
    await using lab = await PortalLab.start();
    lab.trustedProxies = ['127.0.0.0/8'];
    const at = (from: string) => new GuestClient({ follow: 0, headers: { 'x-forwarded-for': from } });
    const guessAt = async (client: GuestClient, password: string) =>
      client.submit(await client.get(`${lab.url}/p/cafe?${fromRouter()}`), { username: 'anna', password });
    for (let tried = 0; tried < 5; tried += 1) await guessAt(at(`2001:db8:7:7::${tried}`), 'guess');

    expect((await guessAt(at('2001:db8:7:7::abcd'), 'correct horse')).status).toBe(429);
    expect((await guessAt(at('2001:db8:7:8::1'), 'correct horse')).status).toBe(303);
  });

  it('waits longer for each answer once 60 in a minute come from one address, at whichever site', async () => {
    const sites = [site(), site({ name: 'bar' }), site({ name: 'inn' })];
    await using lab = await PortalLab.start(sites);
    for (let at = 0; at < 61; at += 1) await guess(lab, device(at), `user${at}`, 'guess', sites[at % 3]?.name);

    const right = await guess(lab, mac, 'anna', 'correct horse');

    expect(lab.clock.slept).toEqual([...Array.from({ length: 60 }, () => 500), 3_000]);
    expect(right.status).toBe(303);
    expect(lab.logged.filter((line) => line.includes('very many wrong passwords from one address'))).toHaveLength(1);
  });

  it('gains nothing from an account of its own', async () => {
    await using lab = await PortalLab.start();
    for (let at = 0; at < 4; at += 1) await guess(lab, mac, 'ben');
    await guess(lab, mac, 'anna', 'correct horse');

    await guess(lab, mac, 'ben');

    expect((await guess(lab, mac, 'ben')).status).toBe(429);
  });
});

describe('the log', () => {
  it('holds no password, token or query', async () => {
    await using lab = await PortalLab.start();
    const page = await arrive(lab);
    const sent = await guest.submit(page, { username: 'anna', password: 'correct horse' });
    await guest.get(`${lab.url}/p/cafe?${fromRouter()}&x=%zz`);
    await logIn(lab, { context: 'x', password: 'guessed one' });

    const logged = lab.logged.join('');
    const target = new URL(sent.headers.location ?? '');
    expect(logged).toContain('guest sent to the router');
    for (const secret of [
      'horse',
      'guessed',
      target.searchParams.get('password') ?? '-',
      page.forms[0]?.fields['context'] ?? '-',
      'link-orig',
    ]) {
      expect(logged).not.toContain(secret);
    }
  });

  it('takes the address of a guest from a declared proxy only', async () => {
    await using lab = await PortalLab.start();
    const behind = new GuestClient({ follow: 0, headers: { 'x-forwarded-for': '192.0.2.7' } });
    const enter = async () => {
      const page = await behind.get(`${lab.url}/p/cafe?${fromRouter()}`);
      await behind.submit(page, { username: 'anna', password: 'correct horse' });
      return (JSON.parse(lab.logged.at(-1) ?? '{}') as { from?: string }).from;
    };

    const untrusted = await enter();
    lab.trustedProxies = ['127.0.0.0/8'];

    expect(untrusted).toBe('127.0.0.1');
    expect(await enter()).toBe('192.0.2.7');
  });
});

function arrive(lab: PortalLab): Promise<GuestPage> {
  return guest.get(`${lab.url}/p/cafe?${fromRouter()}`);
}

function logIn(lab: PortalLab, more: Readonly<Record<string, string>>): Promise<GuestPage> {
  return guest.post(`${lab.url}/p/cafe/login`, {
    method: 'login',
    username: 'anna',
    password: 'correct horse',
    ...more,
  });
}

async function guess(
  lab: PortalLab,
  device: string,
  username: string,
  password = 'guess',
  at = 'cafe',
): Promise<GuestPage> {
  const page = await guest.get(`${lab.url}/p/${at}?${new URLSearchParams({ ...routerFields, mac: device })}`);
  return guest.submit(page, { username, password });
}

/** A body as it stands. */
async function postText(lab: PortalLab, body: string, type = 'application/x-www-form-urlencoded'): Promise<GuestPage> {
  const headers = { 'content-type': type };
  const response = await fetch(`${lab.url}/p/cafe/login`, { method: 'POST', headers, body });
  const html = await response.text();
  return {
    ...{ status: response.status, url: response.url, html, text: html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ') },
    headers: Object.fromEntries(response.headers),
    heading: /<h1>(.*?)<\/h1>/.exec(html)?.[1] ?? '',
    ...{ forms: [], links: [], redirects: [] },
  };
}
