import type { PortalSite } from '../model/kinds/portal-site.ts';
import type { Answer } from './answer.ts';
import { checkPassword, type Entry } from './check-password.ts';
import { keep } from './decide.ts';
import type { Fields } from './fields.ts';
import { onwardUrl } from './guest-url.ts';
import { textsIn } from './language.ts';
import { handOver, type MikrotikGuest, readMikrotik, routerLogin, routerRefusals } from './mikrotik.ts';
import type { Portal, Refusal, Visit } from './visit.ts';
import { notice, startAgain, wordsFor } from './visit.ts';

/** The site that a page made for another platform means: by its aliases, all that are declared, or by its name as `domain`. */
export function siteOf(sites: readonly PortalSite[], fields: Fields): PortalSite | undefined {
  const sent = ['domain', 'region', 'virtual-id'].map((name) => given(fields, name));
  const [best] = sites
    .map((site) => ({ site, matched: aliasesMatched(site, sent) }))
    .filter(({ matched }) => matched > 0)
    .sort((a, b) => b.matched - a.matched);
  return best?.site ?? sites.find(({ name }) => name === sent[0]);
}

/** How many aliases there are, if what was sent has them all; else 0. */
function aliasesMatched({ aliases }: PortalSite, sent: readonly (string | undefined)[]): number {
  const declared = [aliases.domain, aliases.region, aliases.virtualId];
  if (!declared.every((alias, at) => alias === undefined || alias === sent[at])) return 0;
  return declared.filter((alias) => alias !== undefined).length;
}

/**
 * `POST /external/hotspot/mikrotik/login`: a portal of somebody else's making posts what the router's page told it, with
 * the username and password of the guest. They are checked here, before the router is bothered; what goes on to the router
 * is a password for this once.
 *
 * @param json for a program rather than a browser
 */
export async function externalLogin(visit: Visit, fields: Fields, json: boolean): Promise<Answer> {
  const { site, language, portal } = visit;
  const answer = (refusal: Refusal) => refuseExternal(portal, visit, refusal, json);
  if (!site.methods.includes('login')) return answer({ status: 403, message: 'not-offered' });
  const guest = readMikrotik(fields, site);
  if (typeof guest === 'string') return answer({ status: 400, message: guest });
  const again = startAgain(language, guest.bridge);
  const username = given(fields, 'username');
  const password = given(fields, 'password');
  if (username === undefined || password === undefined) {
    return answer({ status: 400, message: 'fields-missing', ...again });
  }
  const login = { username, password, mac: guest.mac, nas: guest.bridge.router };
  const entry = await checkPassword(visit, login, 'of-others');
  if ('problem' in entry) {
    portal.deps.counters.login(site.name, 'external', entry.problem);
    const { status, problem, minutes } = entry;
    return answer({ status, message: problem, ...again, ...(minutes === undefined ? {} : { minutes }) });
  }
  return toRouter(visit, guest, entry, json);
}

function toRouter(visit: Visit, guest: MikrotikGuest, entry: Entry, json: boolean): Answer {
  const { portal, site, from } = visit;
  const { counters } = portal.deps;
  const { bridge, door, mac, originalUrl } = guest;
  const { username } = entry;
  const who = { username, mac, nas: bridge.router };
  const answer = (refusal: Refusal) => refuseExternal(portal, visit, refusal, json);
  const dst = onwardUrl(originalUrl, site, portal.deps.settings().publicUrl) ?? site.welcomeUrl;
  const nonce = portal.nonce();
  const login = routerLogin(visit, bridge, door, { username, mac, nonce, ...(dst === undefined ? {} : { dst }) });
  if (typeof login === 'string') {
    counters.login(site.name, 'external', login);
    keep(visit, who, { refused: login });
    return answer(routerRefusals[login]);
  }
  counters.login(site.name, 'external', 'sent');
  keep(visit, who, { result: 'sent', ...(entry.seconds === undefined ? {} : { seconds: entry.seconds }) });
  portal.deps.log.info(
    { site: site.name, nas: bridge.router, mac, username, method: 'external', from },
    'guest sent to the router',
  );
  if (!json) return handOver(visit, bridge, login);
  for (const [name, value] of login.fields) login.url.searchParams.set(name, value);
  return { type: 'json', status: 200, body: { result: 'accepted', location: login.url.href } };
}

/** A page for a browser; the same in JSON for a program, with a reason that does not change with the language. */
export function refuseExternal(
  portal: Portal,
  about: { readonly site?: PortalSite; readonly language: Visit['language'] },
  refusal: Refusal,
  json: boolean,
): Answer {
  portal.deps.counters.refusal(refusal.message);
  if (!json) return notice(about, refusal);
  const message = wordsFor(textsIn[about.language], refusal.message, refusal.minutes);
  return {
    type: 'json',
    status: refusal.status,
    body: { result: 'rejected', reason: refusal.message, message },
    ...(refusal.minutes === undefined ? {} : { retryAfterSeconds: refusal.minutes * 60 }),
  };
}

function given(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  return value === '' ? undefined : value;
}
