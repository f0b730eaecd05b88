import type { Clock } from '../../base/clock.ts';
import type { Session } from '../nas/session.ts';
import type { Database } from '../routeros/database.ts';
import type { LoginAttempt } from './authority.ts';
import { extraAttributes } from './extra-attributes.ts';
import { type DeviceRequest, type Outcome, plain } from './gateway.ts';
import type { Challenge, Host } from './host.ts';
import { errorText, type LoginError, type LoginErrorKey, loginError } from './login-error.ts';
import type { HotspotSettings } from './settings.ts';
import { oneLine, renderPage } from './template.ts';
import { type PageFacts, type PageKind, variableOf } from './variables.ts';

/** What the servlet has done for a guest. */
export interface GuestControl {
  /** @returns why not; `undefined` when the guest is online */
  login(host: Host, attempt: LoginAttempt): Promise<LoginError | undefined>;
  /** @returns whether what the browser was told to keep let the guest in */
  loginByCookie(host: Host, browserId: string): Promise<boolean>;
  /** @returns the session that ended */
  logout(host: Host, how: { readonly eraseCookie: boolean }): Session | undefined;
}

export interface ServletDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly random: (size: number) => Buffer;
  /** A file of the router by its path; `undefined` when there is none. */
  readonly contents: (path: string) => string | undefined;
  readonly guests: GuestControl;
}

type Page = Extract<Outcome, { kind: 'page' }>;

/** One request, with what is known of it. */
interface Visit {
  readonly host: Host;
  readonly hotspot: HotspotSettings;
  readonly request: DeviceRequest;
  readonly hostname: string;
  readonly targetDir: string;
  readonly params: URLSearchParams;
  readonly original: string;
}

/** What a page is about, beside the visit. */
interface About {
  readonly kind?: PageKind;
  readonly redirect?: string;
  readonly error?: LoginError;
  readonly session?: Session;
}

const challengeLifetimeMs = 3_600_000;

/** The web pages of a hotspot, as RouterOS serves them (MikroTik manual, Hotspot customisation). */
export class Servlet {
  readonly #deps: ServletDeps;

  constructor(deps: ServletDeps) {
    this.#deps = deps;
  }

  /** A guest who is not logged in asked for a page of somebody else. */
  stopped(host: Host, hotspot: HotspotSettings, request: DeviceRequest): Page {
    const visit: Visit = {
      ...{ host, hotspot, request, hostname: hostnameOf(hotspot, request), targetDir: '' },
      params: new URLSearchParams(),
      original: request.url.href,
    };
    return this.#page(visit, 'rlogin.html', { redirect: loginLink(visit) }) ?? this.#redirect(visit, loginLink(visit));
  }

  /** A page of the servlet itself. */
  async answer(host: Host, hotspot: HotspotSettings, request: DeviceRequest): Promise<Page> {
    const params = new URLSearchParams(request.url.search);
    const isForm = request.method === 'POST';
    if (isForm) for (const [name, value] of new URLSearchParams(await request.form())) params.append(name, value);
    const hostname = hostnameOf(hotspot, request);
    const [, folder = '', name = ''] = /^\/(.*\/)?([^/]*)$/.exec(decoded(request.url.pathname)) ?? [];
    const targetDir = this.#targetDir(hotspot, params.get('target') ?? folder);
    const original = params.get('dst') ?? '';
    const visit: Visit = { host, hotspot, request, hostname, targetDir, params, original };
    switch (name) {
      case '':
        return folder === '' || targetDir !== '' ? this.#root(visit) : missing();
      case 'login':
        return this.#login(visit);
      case 'status':
        return this.#status(visit);
      case 'logout':
        return this.#logout(visit);
      case 'api':
        return this.#page(visit, 'api.json', {}) ?? missing();
      default:
        return this.#page({ ...visit, targetDir: folder }, name, {}) ?? missing();
    }
  }

  #root(visit: Visit): Page {
    if (visit.host.online) {
      return this.#page(visit, 'rstatus.html', { kind: 'status' }) ?? this.#redirect(visit, linkTo(visit, 'status'));
    }
    return this.#page(visit, 'rlogin.html', { redirect: loginLink(visit) }) ?? this.#redirect(visit, loginLink(visit));
  }

  async #login(visit: Visit): Promise<Page> {
    const { host, params } = visit;
    const username = params.get('username');
    if (host.online) return this.#loggedIn(visit);
    if (username === null) {
      const kept = cookieOf(visit.request);
      const isBack = kept !== undefined && (await this.#deps.guests.loginByCookie(host, kept));
      return isBack ? this.#loggedIn(visit) : this.#loginPage(visit, 'login.html');
    }
    const error = await this.#attempt(visit, username);
    if (error === undefined) return this.#loggedIn(visit);
    if (error.key === 'internal-error' || error.key === 'config-error') {
      return this.#page(visit, 'error.html', { kind: 'login', error }) ?? missing();
    }
    return this.#loginPage(visit, 'flogin.html', error) ?? this.#loginPage(visit, 'login.html', error);
  }

  /** How a router tells a password from a hash where both are allowed is not known: here by its form. */
  async #attempt({ host, hotspot, params, request }: Visit, username: string): Promise<LoginError | undefined> {
    const password = params.get('password') ?? '';
    const { loginBy } = hotspot;
    const extra = extraAttributes(params);
    const isHash = /^[0-9a-f]{32}$/i.test(password);
    const takesPlain = request.secure || loginBy.has('http-pap');
    if (loginBy.has('http-chap') && (isHash || !takesPlain)) {
      const challenge = this.#takeChallenge(host);
      if (challenge === undefined || !isHash) return this.#failed(host, username, loginError('chap-missing'));
      const secret = { kind: 'chap', challenge, digest: Buffer.from(password, 'hex') } as const;
      return this.#deps.guests.login(host, { username, method: 'http-chap', secret, extra });
    }
    if (!takesPlain) return this.#failed(host, username, loginError('invalid-username'));
    const secret = { kind: 'password', password } as const;
    return this.#deps.guests.login(host, { username, method: request.secure ? 'https' : 'http-pap', secret, extra });
  }

  #failed(host: Host, username: string, error: LoginError): LoginError {
    host.lastUsername = username;
    return error;
  }

  #loginPage(visit: Visit, name: 'login.html', error?: LoginError): Page;
  #loginPage(visit: Visit, name: 'flogin.html', error?: LoginError): Page | undefined;
  #loginPage(visit: Visit, name: string, error?: LoginError): Page | undefined {
    this.#freshChallenge(visit);
    const page = this.#page(visit, name, { kind: 'login', ...(error === undefined ? {} : { error }) });
    return page ?? (name === 'login.html' ? missing() : undefined);
  }

  /** The page after a login. What a script or another scheme hides behind is not opened. */
  #loggedIn(visit: Visit): Page {
    const { host, original } = visit;
    const redirect = [host.redirectionUrl ?? '', original].find(isWebAddress) ?? linkTo(visit, 'status');
    const page = this.#page(visit, 'alogin.html', { kind: 'status', redirect }) ?? this.#redirect(visit, redirect);
    const cookie = host.newCookie;
    host.newCookie = undefined;
    if (cookie === undefined) return page;
    const header = `${cookieName}=${cookie.id}; Path=/; Max-Age=${cookie.lifetimeSeconds}`;
    return { ...page, headers: [...page.headers, ['Set-Cookie', header]] };
  }

  #status(visit: Visit): Page {
    if (visit.host.online) return this.#page(visit, 'status.html', { kind: 'status' }) ?? missing();
    return this.#page(visit, 'fstatus.html', {}) ?? this.#redirect(visit, linkTo(visit, 'login'));
  }

  #logout(visit: Visit): Page {
    const eraseCookie = ['on', 'true'].includes(visit.params.get('erase-cookie') ?? '');
    const session = this.#deps.guests.logout(visit.host, { eraseCookie });
    if (session === undefined) {
      return this.#page(visit, 'flogout.html', {}) ?? this.#redirect(visit, linkTo(visit, 'login'));
    }
    return this.#page(visit, 'logout.html', { kind: 'status', session }) ?? missing();
  }

  #redirect(visit: Visit, redirect: string): Page {
    const page = this.#page(visit, 'redirect.html', { redirect });
    return page ?? { kind: 'page', status: '302 Found', headers: [['Location', oneLine(redirect)]], body: '' };
  }

  /** One that was made and not used is kept: other requests of the same device must not spoil a login page. */
  #freshChallenge({ host, hotspot }: Visit): void {
    const now = this.#deps.clock.monotonic();
    if (!hotspot.loginBy.has('http-chap')) host.challenge = undefined;
    else if (host.challenge === undefined || now - host.challenge.madeAt >= challengeLifetimeMs) {
      host.challenge = { id: this.#deps.random(1), octets: this.#deps.random(16), madeAt: now };
    }
  }

  #takeChallenge(host: Host): Challenge | undefined {
    const { challenge } = host;
    host.challenge = undefined;
    const tooOld = challenge && this.#deps.clock.monotonic() - challenge.madeAt >= challengeLifetimeMs;
    return tooOld ? undefined : challenge;
  }

  #page(visit: Visit, name: string, about: About): Page | undefined {
    const contents = this.#file(visit, name);
    if (contents === undefined) return undefined;
    const type = contentType(name);
    if (!isExpanded(name)) return { kind: 'page', status: '200 OK', headers: [['Content-Type', type]], body: contents };
    const facts = this.#facts(visit, about);
    const page = renderPage(contents, (variable) => variableOf(facts, variable));
    return {
      kind: 'page',
      status: page.status ?? '200 OK',
      headers: [...(page.headers.has('Content-Type') ? [] : [['Content-Type', type] as const]), ...page.headers],
      body: page.body,
    };
  }

  #facts(visit: Visit, about: About): PageFacts {
    const { host, hotspot, hostname, targetDir, params, request, original } = visit;
    const { clock, database } = this.#deps;
    const session = about.session ?? host.session;
    const base: PageFacts = {
      ...{ clock, host, hotspot, hostname, targetDir, params, original, headers: request.headers },
      secure: request.secure,
      identity: database.settings('/system/identity').values.get('name') ?? '',
      redirect: about.redirect ?? '',
      kind: about.kind ?? 'other',
      ...(session === undefined ? {} : { session }),
    };
    return about.error === undefined
      ? base
      : { ...base, error: { ...about.error, text: this.#told(visit, base, about.error) } };
  }

  /** What `errors.txt` makes of an error; the error itself where it says nothing. */
  #told(visit: Visit, facts: PageFacts, error: LoginError): string {
    const line = errorText(this.#file(visit, 'errors.txt') ?? '', error.key satisfies LoginErrorKey);
    if (line === undefined) return error.original;
    const known: PageFacts = { ...facts, kind: 'login', error: { ...error, text: error.original } };
    return renderPage(line, (variable) => variableOf(known, variable)).body;
  }

  /** A file of the folder asked for, else of the main one. */
  #file({ hotspot, targetDir }: Visit, name: string): string | undefined {
    const root = this.#folder(hotspot);
    const own = targetDir === '' ? undefined : this.#deps.contents(`${root}/${targetDir}${name}`);
    return own ?? (targetDir !== '' && !isPage(name) ? undefined : this.#deps.contents(`${root}/${name}`));
  }

  /** The folder that stands in for the other, when it is there and has something in it. */
  #folder({ profile }: HotspotSettings): string {
    const override = (profile.get('html-directory-override') ?? '').replace(/\/+$/, '');
    const has = override !== '' && this.#hasFiles(override);
    if (has) return override;
    const own = profile.get('html-directory') ?? 'hotspot';
    // What a board with flash calls `hotspot` lies there.
    return this.#hasFiles(own) ? own : `flash/${own}`;
  }

  #hasFiles(folder: string): boolean {
    for (const { values } of this.#deps.database.table('/file').rows()) {
      if (values.get('name')?.startsWith(`${folder}/`)) return true;
    }
    return false;
  }

  /** A folder of pages for a language, a look or a program; one that is not there is none. */
  #targetDir(hotspot: HotspotSettings, asked: string): string {
    const folder = asked.replace(/^\/+|\/+$/g, '');
    if (folder === '' || folder.split('/').includes('..')) return '';
    return this.#hasFiles(`${this.#folder(hotspot)}/${folder}`) ? `${folder}/` : '';
  }
}

/** A hotspot without a name and an address of its own goes by that of the listener. */
function hostnameOf({ hostname }: HotspotSettings, { url, listener, ownAddress }: DeviceRequest): string {
  if (ownAddress) return url.host;
  return hostname === '0.0.0.0' ? listener : hostname;
}

function linkTo({ hostname, targetDir }: Visit, page: string): string {
  return `http://${hostname}/${targetDir}${page}`;
}

function loginLink(visit: Visit): string {
  const { original } = visit;
  return `${linkTo(visit, 'login')}${original === '' ? '' : `?dst=${encodeURIComponent(original)}`}`;
}

/** What a router calls it is not known. */
const cookieName = 'hotspot';

function cookieOf({ headers }: DeviceRequest): string | undefined {
  return /(?:^|;\s*)hotspot=([0-9a-f]{32})(?:;|$)/.exec(headers.cookie ?? '')?.[1];
}

function missing(): Page {
  return plain('404 Not Found', 'There is no such page.');
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Pages the servlet itself chooses are found in the main folder too. */
function isPage(name: string): boolean {
  return /^[a-z]+\.html$|^errors\.txt$|^api\.json$/.test(name);
}

function isExpanded(name: string): boolean {
  return /\.(?:html?|txt)$/.test(name) || name === 'api.json';
}

function contentType(name: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const types: Readonly<Record<string, string>> = {
    ...{ html: 'text/html', htm: 'text/html', txt: 'text/plain', css: 'text/css', js: 'text/javascript' },
    ...{ svg: 'image/svg+xml', json: 'application/json', xsd: 'text/xml', ico: 'image/x-icon' },
  };
  return Object.hasOwn(types, ending) ? (types[ending] ?? '') : 'application/octet-stream';
}
