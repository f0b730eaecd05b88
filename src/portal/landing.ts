import type { PortalLanguage, PortalSite } from '../model/model.ts';
import type { Answer } from './answer.ts';
import { contextMs, type GuestContext } from './context.ts';
import type { Fields } from './fields.ts';
import { onwardUrl } from './guest-url.ts';
import { textsIn } from './language.ts';
import { isFromMikrotik, type MikrotikGuest, readMikrotik } from './mikrotik.ts';
import { isFromOmada, type OmadaGuest, readOmada } from './omada.ts';
import { landingPage } from './pages/render.ts';
import { routerError } from './router-error.ts';
import type { Message } from './texts/texts.ts';
import { readToken, signToken } from './token.ts';
import { notice, pathOf, refuse, startAgain, type Visit, wordsFor } from './visit.ts';

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
  const words = problem === undefined ? {} : { problem: wordsFor(textsIn[language], problem, minutes) };
  const html = landingPage(
    { site, language, heading: 'welcome', inLanguage: (other) => `${pathOf(site)}?lang=${other}&c=${token}` },
    {
      action: pathOf(site, '/login'),
      context: token,
      login: site.methods.includes('login'),
      clickThrough: site.methods.includes('click-through'),
      username,
      ...(site.terms === undefined ? {} : { terms: site.terms }),
      ...words,
      ...(at === undefined ? {} : { at }),
    },
  );
  const retry = minutes === undefined ? {} : { retryAfterSeconds: minutes * 60 };
  return { type: 'page', status: page.status, page: html, formOrigins: formOrigins(visit), ...retry };
}

/** Where a form may end up: our own origin under the name guests know, and the site's routers it is redirected to. */
export function formOrigins({ portal, site }: Visit): readonly string[] {
  const { publicUrl } = portal.deps.settings();
  const routers = site.bridges.filter((bridge) => bridge.type === 'mikrotik');
  const origins = routers.map(({ loginUrl }) => new URL(loginUrl).origin);
  return [...new Set([...(publicUrl === undefined ? [] : [new URL(publicUrl).origin]), ...origins])];
}

/** The router of a guest, as it is declared now. */
export function bridgeOf(
  site: PortalSite,
  { door }: Pick<GuestContext, 'door'>,
): PortalSite['bridges'][number] | undefined {
  return site.bridges.find((bridge) =>
    bridge.type === 'mikrotik'
      ? door.type === 'mikrotik' && bridge.router === door.router && bridge.hotspot === door.hotspot
      : door.type === 'omada' &&
        bridge.controller === door.controller &&
        [bridge.site.name, bridge.site.id].includes(door.client.site),
  );
}

function arrived(visit: Visit, fields: Fields, guest: MikrotikGuest | OmadaGuest | Message): Answer {
  const { portal, site, language } = visit;
  if (typeof guest === 'string') return refuse(portal, visit, { status: statusOf(guest), message: guest });
  const { clock, random, settings } = portal.deps;
  const onward = onwardUrl(guest.originalUrl, site, settings().publicUrl);
  const context: GuestContext = {
    site: site.name,
    mac: guest.mac,
    nonce: Buffer.from(random(12)).toString('base64url'),
    expires: clock.now() + contextMs,
    language,
    door: guest.door,
    ...(guest.ip === undefined ? {} : { ip: guest.ip }),
    ...(onward === undefined ? {} : { onward }),
  };
  const problem = guest.door.type === 'mikrotik' ? routerError(fields) : undefined;
  return loginPage(visit, context, { status: 200, ...(problem === undefined ? {} : { problem, at: fieldAt(visit) }) });
}

function fieldAt({ site }: Visit): 'username' | 'terms' {
  return site.methods.includes('login') ? 'username' : 'terms';
}

function resumed(visit: Visit, token: string): Answer {
  const context = readContext(visit, token);
  return 'type' in context ? context : loginPage(visit, { ...context, language: visit.language }, { status: 200 });
}

/** The facts in a page of ours, as long as it may be sent; else the page to show. */
export function readContext(visit: Visit, token: string | undefined): GuestContext | Answer {
  const { portal, site, language } = visit;
  const context = token === undefined ? undefined : readToken(site.key, 'context', token);
  if (context?.site !== site.name) return refuse(portal, visit, { status: 400, message: 'page-invalid' });
  const bridge = bridgeOf(site, context);
  const again = startAgain(language, bridge?.type === 'mikrotik' ? bridge : undefined);
  if (bridge === undefined || context.expires <= portal.deps.clock.now()) {
    return refuse(portal, visit, { status: 410, message: 'page-expired', ...again });
  }
  if (portal.spent.has(context.nonce)) return refuse(portal, visit, { status: 409, message: 'page-used', ...again });
  return context;
}

function statusOf(message: Message): number {
  return message === 'reconnect' ? 410 : message === 'old-controller' ? 501 : 400;
}
