import type { MikrotikBridge, OmadaBridge } from '../model/kinds/portal-site.ts';
import type { Answer } from './answer.ts';
import type { Entry } from './check-password.ts';
import { contextMs, type GuestContext, type MikrotikDoor, type OmadaDoor, statusMs } from './context.ts';
import { type Brought, keep } from './decide.ts';
import { textsIn } from './language.ts';
import { handOver, routerLogin, routerRefusals } from './mikrotik.ts';
import { grantKey } from './omada.ts';
import { bridgeOf } from './read-context.ts';
import { signToken } from './token.ts';
import { pathOf, publicUrlOf, type Refusal, refuse, type Visit } from './visit.ts';

/** Somebody who may on, and by which of the site's methods. */
export type MethodEntry = Entry & { readonly method: string };

/** Without a limit of the service, as long as a working day: nothing takes it back before. */
const usualSeconds = 8 * 60 * 60;
const controllerMs = 15_000;

/** Sends somebody who may on to the router, or has the controller let the device in. */
export async function letIn(visit: Visit, context: GuestContext, entry: MethodEntry): Promise<Answer> {
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
  const { mac, nonce } = context;
  // Of two presses of the button one lets in; only what comes of it uses the page up.
  if (visit.portal.spent.has(nonce)) return unavailable(visit, context, entry, pageUsed);
  const dst = publicUrlOf(visit, `/status?c=${statusToken(visit, context, entry)}`);
  const guest = { username: entry.username, mac, nonce, ...(dst === undefined ? {} : { dst }) };
  const login = routerLogin(visit, bridge, door, guest);
  if (typeof login === 'string') return unavailable(visit, context, entry, routerRefusals[login]);
  visit.portal.spent.use(nonce, contextMs);
  brought(visit, context, entry, 'sent');
  return handOver(visit, bridge, login);
}

async function atController(
  visit: Visit,
  context: GuestContext,
  bridge: OmadaBridge,
  door: OmadaDoor,
  entry: MethodEntry,
): Promise<Answer> {
  const { grants, spent, deps } = visit.portal;
  const grant = grants.take(grantKey(bridge, context.mac), door.at);
  if (typeof grant === 'string') {
    return unavailable(visit, context, entry, grant === 'page-used' ? pageUsed : routerRefusals[grant]);
  }
  const seconds = secondsAtController(entry);
  const verdict = await deps.omada.authorise(bridge, door.client, seconds, AbortSignal.timeout(controllerMs));
  if (verdict.result !== 'authorised') {
    grant.takeBack();
    deps.log.warn(
      { site: visit.site.name, controller: bridge.controller, reason: verdict.reason },
      'controller let nobody in',
    );
    return unavailable(visit, context, entry, controllerRefusals[verdict.result]);
  }
  spent.use(context.nonce, contextMs);
  deps.omada.began?.({ username: entry.username, mac: context.mac, nas: bridge.controller });
  brought(visit, context, { ...entry, seconds }, 'accepted');
  return { type: 'redirect', location: pathOf(visit.site, `/status?c=${statusToken(visit, context, entry, seconds)}`) };
}

/** What a controller was told cannot be taken back: an account that ends far off is looked at again before. */
function secondsAtController({ seconds = usualSeconds, timed }: Entry): number {
  return Math.max(1, timed ? seconds : Math.min(seconds, usualSeconds));
}

const pageUsed: Refusal = { status: 409, message: 'page-used' };

const controllerRefusals: Readonly<Record<'stale' | 'busy' | 'failed', Refusal>> = {
  stale: { status: 409, message: 'reconnect' },
  busy: { status: 503, message: 'busy' },
  failed: { status: 502, message: 'failed' },
};

/** With these there is nothing to send again. */
const final: ReadonlySet<string> = new Set(['reconnect', 'page-used']);

/** The account was right, and the network could not do it: the page may be sent again. */
function unavailable(visit: Visit, context: GuestContext, entry: MethodEntry, refusal: Refusal): Answer {
  const { portal, site, language } = visit;
  const { counters, log } = portal.deps;
  const { method, username } = entry;
  keep(visit, somebody(context, entry), { refused: refusal.message });
  counters.login(site.name, method, refusal.message);
  log.debug({ ...factsOf(visit, context, method), username, result: refusal.message }, 'guest not let in');
  if (final.has(refusal.message)) return refuse(portal, visit, refusal);
  const token = signToken(site.key, 'context', context);
  const link = { href: pathOf(site, `?lang=${language}&c=${token}`), text: textsIn[language].again };
  return refuse(portal, visit, { ...refusal, link });
}

function brought(visit: Visit, context: GuestContext, entry: MethodEntry, result: Brought): void {
  const { counters, log } = visit.portal.deps;
  const { method, seconds, username } = entry;
  keep(visit, somebody(context, entry), { result, ...(seconds === undefined ? {} : { seconds }) });
  counters.login(visit.site.name, method, result);
  const facts = { ...factsOf(visit, context, method), username };
  // Pages without an account can be sent by the thousand, for devices that are not there: a router sees, a controller saw.
  if (result === 'accepted') log.info(facts, 'guest let in');
  else log[method === 'click-through' ? 'debug' : 'info'](facts, 'guest sent to the router');
}

/** What the log says of a guest. */
export function factsOf({ site, from }: Visit, context: GuestContext, method: string): object {
  return { site: site.name, nas: nasOf(context), mac: context.mac, method, from };
}

export function nasOf({ door }: Pick<GuestContext, 'door'>): string {
  return door.type === 'mikrotik' ? door.router : door.controller;
}

function somebody(context: GuestContext, { username }: Entry) {
  return { username, mac: context.mac, nas: nasOf(context) };
}

/** @param seconds that a controller was asked for */
function statusToken(
  { portal, site, language }: Visit,
  context: GuestContext,
  { username, method }: MethodEntry,
  seconds?: number,
): string {
  const now = portal.deps.clock.now();
  const { onward } = context;
  return signToken(site.key, 'status', {
    site: site.name,
    type: context.door.type,
    username,
    mac: context.mac,
    nas: nasOf(context),
    method,
    since: now,
    expires: now + statusMs,
    language,
    ...(seconds === undefined ? {} : { until: now + seconds * 1000 }),
    ...(onward === undefined ? {} : { onward }),
  });
}
