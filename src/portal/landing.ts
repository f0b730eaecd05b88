import type { PortalLanguage } from '../model/kinds/portal-site.ts';
import type { Answer } from './answer.ts';
import { contextMs, type GuestContext } from './context.ts';
import type { Fields } from './fields.ts';
import { tokenPlace, withToken } from './first-view.ts';
import { onwardUrl } from './guest-url.ts';
import { textsIn } from './language.ts';
import { isFromMikrotik, type MikrotikGuest, readMikrotik } from './mikrotik.ts';
import { isFromOmada, type OmadaGuest, readOmada } from './omada.ts';
import { type LandingView, landingPage, type Page } from './pages/render.ts';
import { readContext } from './read-context.ts';
import { routerError } from './router-error.ts';
import type { Message } from './texts/texts.ts';
import { readToken, signToken } from './token.ts';
import { notice, originsOf, pathOf, refuse, type Visit, wordsFor } from './visit.ts';

/** `GET /p/{site}`: where routers and controllers send guests, and where a page goes on in another language. */
export function landing(visit: Visit, fields: Fields): Answer {
  const token = fields.get('c');
  if (token !== undefined) return resumed(visit, token);
  if (isFromOmada(fields)) return arrived(visit, fields, readOmada(fields, visit.site, visit.portal.deps.clock.now()));
  if (isFromMikrotik(fields)) return arrived(visit, fields, readMikrotik(fields, visit.site));
  const inLanguage = (language: PortalLanguage) => `${pathOf(visit.site)}?lang=${language}`;
  return notice(visit, { status: 200, message: 'how-to-join', inLanguage });
}

/** What a login page has besides the guest's facts. */
export interface LoginPage {
  readonly status: number;
  readonly problem?: Message;
  readonly at?: 'username' | 'password' | 'terms';
  readonly minutes?: number;
  readonly username?: string;
}

/** The page with the forms. */
export function loginPage(visit: Visit, context: GuestContext, page: LoginPage): Answer {
  const { site, language } = visit;
  const { problem, at, minutes, username = '' } = page;
  const token = signToken(site.key, 'context', context);
  if (problem === undefined && username === '') return firstView(visit, token, page.status);
  const words = problem === undefined ? {} : { problem: wordsFor(textsIn[language], problem, minutes) };
  const html = withForms(visit, token, { username, ...words, ...(at === undefined ? {} : { at }) });
  const retry = minutes === undefined ? {} : { retryAfterSeconds: minutes * 60 };
  return { type: 'page', status: page.status, page: html, formOrigins: formOrigins(visit), ...retry };
}

/** Nothing in it but the token is of one guest. */
function firstView(visit: Visit, token: string, status: number): Answer {
  const { portal, site, language } = visit;
  const view = portal.firstViews.of(site, language, portal.deps.settings().publicUrl, () => ({
    page: withForms(visit, tokenPlace, { username: '' }),
    formOrigins: formOrigins(visit),
  }));
  const page = { html: withToken(view, token), styles: view.styles, scripts: [] };
  return { type: 'page', status, page, formOrigins: view.formOrigins };
}

function withForms(
  { site, language }: Visit,
  token: string,
  about: Pick<LandingView, 'username' | 'problem' | 'at'>,
): Page {
  return landingPage(
    { site, language, heading: 'welcome', inLanguage: (other) => `${pathOf(site)}?lang=${other}&c=${token}` },
    {
      action: pathOf(site, '/login'),
      context: token,
      login: site.methods.includes('login'),
      clickThrough: site.methods.includes('click-through'),
      ...(site.terms === undefined ? {} : { terms: site.terms }),
      ...about,
    },
  );
}

/** Where a form may end up: our own origin under the name guests know, and the site's routers it is redirected to. */
function formOrigins({ portal, site }: Visit): readonly string[] {
  const { publicUrl } = portal.deps.settings();
  const routers = site.bridges.filter((bridge) => bridge.type === 'mikrotik');
  return originsOf([publicUrl, ...routers.map(({ loginUrl }) => loginUrl)]);
}

function arrived(visit: Visit, fields: Fields, guest: MikrotikGuest | OmadaGuest | Message): Answer {
  const { portal, site, language } = visit;
  if (typeof guest === 'string') return refuse(portal, visit, { status: statusOf(guest), message: guest });
  const { clock, settings } = portal.deps;
  const onward = onwardUrl(guest.originalUrl, site, settings().publicUrl) ?? onwardBefore(visit, guest.originalUrl);
  const context: GuestContext = {
    site: site.name,
    mac: guest.mac,
    nonce: portal.nonce(),
    expires: clock.now() + contextMs,
    language,
    door: guest.door,
    ...(guest.ip === undefined ? {} : { ip: guest.ip }),
    ...(onward === undefined ? {} : { onward }),
  };
  const problem = guest.door.type === 'mikrotik' ? routerError(fields) : undefined;
  return loginPage(visit, context, { status: 200, ...(problem === undefined ? {} : { problem, at: fieldAt(visit) }) });
}

/** A guest whom the router refused comes back with our status page as the address asked for; that knows the true one. */
function onwardBefore({ site }: Visit, originalUrl: string | undefined): string | undefined {
  const url = originalUrl !== undefined && URL.canParse(originalUrl) ? new URL(originalUrl) : undefined;
  const status = readToken(site.key, 'status', url?.searchParams.get('c') ?? '');
  return status?.site === site.name ? status.onward : undefined;
}

function fieldAt({ site }: Visit): 'username' | 'terms' {
  return site.methods.includes('login') ? 'username' : 'terms';
}

function resumed(visit: Visit, token: string): Answer {
  const context = readContext(visit, token);
  return 'type' in context ? context : loginPage(visit, { ...context, language: visit.language }, { status: 200 });
}

function statusOf(message: Message): number {
  return message === 'reconnect' ? 410 : message === 'old-controller' ? 501 : 400;
}
