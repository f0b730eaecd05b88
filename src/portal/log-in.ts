import { guestUsername } from '../access/portal-password.ts';
import type { MikrotikBridge, OmadaBridge } from '../model/model.ts';
import type { Answer } from './answer.ts';
import { checkPassword, type Entry, type Problem } from './check-password.ts';
import { contextMs, type GuestContext, type MikrotikDoor, type OmadaDoor, statusMs } from './context.ts';
import { admitGuest } from './decide.ts';
import type { Fields } from './fields.ts';
import { loginPage } from './landing.ts';
import { textsIn } from './language.ts';
import { handOver, passwordMethod, routerLogin } from './mikrotik.ts';
import { redirectKey } from './omada.ts';
import { bridgeOf, readContext } from './read-context.ts';
import { signToken } from './token.ts';
import { pathOf, publicUrlOf, type Refusal, refuse, type Visit } from './visit.ts';

/** Until a redirect of a controller, a minute ahead of our clock, and the page made from it are both too old. */
const redirectMs = 2 * contextMs + 60_000;
/** Without a limit of its own, as long as a working day. */
const usualSeconds = 8 * 60 * 60;
/** In a URL that goes through a router: not so long that one of them minds. */
const longestOnward = 600;

/** `POST /p/{site}/login`: somebody sends a login page of ours. */
export async function logIn(visit: Visit, fields: Fields): Promise<Answer> {
  const context = readContext(visit, fields.get('context'));
  return 'type' in context ? context : withContext({ ...visit, language: context.language }, context, fields);
}

async function withContext(visit: Visit, context: GuestContext, fields: Fields): Promise<Answer> {
  const method = fields.get('method') === 'click-through' ? 'click-through' : 'login';
  if (!visit.site.methods.includes(method)) return refuse(visit.portal, visit, { status: 403, message: 'not-offered' });
  const entry = method === 'login' ? await byPassword(visit, context, fields) : byTerms(visit, context, fields);
  if ('problem' in entry) return refused(visit, context, method, entry);
  return letIn(visit, context, { ...entry, method });
}

async function byPassword(visit: Visit, context: GuestContext, fields: Fields): Promise<Entry | Problem> {
  const username = fields.get('username') ?? '';
  const password = fields.get('password') ?? '';
  if (username === '' || password === '') {
    return { status: 400, problem: 'fields-missing', at: username === '' ? 'username' : 'password', username };
  }
  return checkPassword(visit, { username, password, mac: context.mac, nas: nasOf(context) });
}

function byTerms(visit: Visit, context: GuestContext, fields: Fields): Entry | Problem {
  const { portal, site } = visit;
  if (site.terms !== undefined && fields.get('terms') !== 'accepted') {
    return { status: 400, problem: 'terms-missing', at: 'terms' };
  }
  // RADIUS goes by the directory, controllers by the declaration.
  const inForce = portal.deps.directory.portal(site.name)?.clickThrough;
  const behindRouter = context.door.type === 'mikrotik';
  if (behindRouter && inForce === undefined) return { status: 503, problem: 'not-ready' };
  const seconds = behindRouter ? inForce?.limits.sessionTimeoutSeconds : site.clickThrough?.sessions.timeoutSeconds;
  const username = guestUsername(site.name, context.mac);
  admitGuest(visit, { username, mac: context.mac, nas: nasOf(context) }, seconds);
  return seconds === undefined ? { username } : { username, seconds };
}

/** The login page once more, with what was wrong. */
function refused(visit: Visit, context: GuestContext, method: string, problem: Problem): Answer {
  note(visit, method, problem.problem, context);
  return loginPage(visit, context, problem);
}

type MethodEntry = Entry & { readonly method: string };

async function letIn(visit: Visit, context: GuestContext, entry: MethodEntry): Promise<Answer> {
  const bridge = bridgeOf(visit.site, context);
  const { door } = context;
  if (bridge?.type === 'mikrotik' && door.type === 'mikrotik') return toRouter(visit, context, bridge, door, entry);
  if (bridge?.type === 'omada' && door.type === 'omada') return atController(visit, context, bridge, door, entry);
  return refuse(visit.portal, visit, { status: 410, message: 'page-expired' });
}

function toRouter(
  visit: Visit,
  context: GuestContext,
  bridge: MikrotikBridge,
  door: MikrotikDoor,
  entry: MethodEntry,
): Answer {
  const { portal } = visit;
  if (passwordMethod(bridge, door) === undefined) {
    return unavailable(visit, context, entry, { status: 502, message: 'no-password-method' });
  }
  const { mac, nonce } = context;
  const dst = publicUrlOf(visit, `/status?c=${statusToken(visit, context, entry)}`);
  const guest = { username: entry.username, mac, nonce, ...(dst === undefined ? {} : { dst }) };
  const login = routerLogin(visit, bridge, door, guest);
  if (login === undefined) return unavailable(visit, context, entry, { status: 503, message: 'not-ready' });
  if (!portal.spent.use(nonce, contextMs)) return refuse(portal, visit, { status: 409, message: 'page-used' });
  note(visit, entry.method, 'accepted', context, entry.username);
  return handOver(visit, bridge, login);
}

async function atController(
  visit: Visit,
  context: GuestContext,
  bridge: OmadaBridge,
  door: OmadaDoor,
  entry: MethodEntry,
): Promise<Answer> {
  const { spent, deps } = visit.portal;
  const redirect = redirectKey(door, context.mac);
  // Before the controller is asked: of two presses of the button one lets in.
  if (!spent.use(redirect, redirectMs)) return refuse(visit.portal, visit, { status: 409, message: 'page-used' });
  const seconds = Math.max(1, entry.seconds ?? usualSeconds);
  const verdict = await deps.omada.authorise(bridge, door.client, seconds, AbortSignal.timeout(controllerMs));
  if (verdict.result !== 'authorised') {
    spent.release(redirect);
    deps.log.warn(
      { site: visit.site.name, controller: bridge.controller, reason: verdict.reason },
      'controller let nobody in',
    );
    return unavailable(visit, context, entry, controllerRefusals[verdict.result]);
  }
  spent.use(context.nonce, contextMs);
  note(visit, entry.method, 'accepted', context, entry.username);
  return { type: 'redirect', location: pathOf(visit.site, `/status?c=${statusToken(visit, context, entry)}`) };
}

const controllerMs = 15_000;

const controllerRefusals: Readonly<Record<'stale' | 'busy' | 'failed', Refusal>> = {
  stale: { status: 409, message: 'reconnect' },
  busy: { status: 503, message: 'busy' },
  failed: { status: 502, message: 'failed' },
};

/** The account was right, and the network could not do it: the page may be sent again. */
function unavailable(visit: Visit, context: GuestContext, { method, username }: MethodEntry, refusal: Refusal): Answer {
  const { site, language } = visit;
  note(visit, method, refusal.message, context, username);
  const token = signToken(site.key, 'context', context);
  const link = { href: pathOf(site, `?lang=${language}&c=${token}`), text: textsIn[language].again };
  return refuse(visit.portal, visit, refusal.message === 'reconnect' ? refusal : { ...refusal, link });
}

function statusToken({ portal, site, language }: Visit, context: GuestContext, { username }: Entry): string {
  const now = portal.deps.clock.now();
  const { onward } = context;
  return signToken(site.key, 'status', {
    site: site.name,
    type: context.door.type,
    username,
    mac: context.mac,
    nas: nasOf(context),
    since: now,
    expires: now + statusMs,
    language,
    ...(onward === undefined || onward.length > longestOnward ? {} : { onward }),
  });
}

function nasOf({ door }: GuestContext): string {
  return door.type === 'mikrotik' ? door.router : door.controller;
}

/** For the counters and the log: who came in is told, who did not is counted. */
function note(
  { portal, site, from }: Visit,
  method: string,
  result: string,
  context: GuestContext,
  username?: string,
): void {
  const { counters, log } = portal.deps;
  counters.login(site.name, method, result);
  const facts = { site: site.name, nas: nasOf(context), mac: context.mac, method, from };
  if (result === 'accepted') log.info({ ...facts, username }, 'guest let in');
  else log.debug({ ...facts, result }, 'guest not let in');
}
