import type { SessionLimits } from '../access/login.ts';
import { guestUsername } from '../access/portal-password.ts';
import { sessionSecondsLeft } from '../access/session-time.ts';
import type { Answer } from './answer.ts';
import { checkPassword, type Entry, type Problem } from './check-password.ts';
import type { GuestContext } from './context.ts';
import type { Fields } from './fields.ts';
import { loginPage } from './landing.ts';
import { factsOf, letIn, nasOf } from './let-in.ts';
import { readContext } from './read-context.ts';
import { refuse, type Visit } from './visit.ts';

/** `POST /p/{site}/login`: somebody sends a login page of ours. */
export async function logIn(visit: Visit, fields: Fields): Promise<Answer> {
  const context = readContext(visit, fields.get('context'));
  return 'type' in context ? context : withContext({ ...visit, language: context.language }, context, fields);
}

async function withContext(visit: Visit, context: GuestContext, fields: Fields): Promise<Answer> {
  const named = fields.get('method') ?? 'login';
  const method = visit.site.methods.find((each) => each === named);
  if (method === undefined) return refuse(visit.portal, visit, { status: 403, message: 'not-offered' });
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
  return checkPassword(visit, { username, password, mac: context.mac, nas: nasOf(context) }, 'ours');
}

function byTerms(visit: Visit, context: GuestContext, fields: Fields): Entry | Problem {
  const { portal, site } = visit;
  if (site.terms !== undefined && fields.get('terms') !== 'accepted') {
    return { status: 400, problem: 'terms-missing', at: 'terms' };
  }
  const limits = guestLimits(visit, context);
  if (limits === undefined) return { status: 503, problem: 'not-ready' };
  const now = portal.deps.clock.now();
  if (limits.hours?.at(now).open === false) return { status: 403, problem: 'outside-hours', at: 'terms' };
  if (!hasRoom(visit)) return { status: 503, problem: 'busy' };
  const seconds = sessionSecondsLeft({ limits }, 'hotspot', now);
  const timed = limits.sessionTimeoutSeconds !== undefined;
  const username = guestUsername(site.name, context.mac);
  return { username, timed, ...(seconds === undefined ? {} : { seconds }) };
}

/** RADIUS goes by the directory, controllers by the declaration. Nothing while a router's site is not in the directory yet. */
function guestLimits({ portal, site }: Visit, { door }: GuestContext): SessionLimits | undefined {
  const { directory, guestLimits: declared } = portal.deps;
  if (door.type === 'mikrotik') return directory.portal(site.name)?.clickThrough?.limits;
  return site.clickThrough && declared(site.clickThrough);
}

/** Devices can be made up, and nobody is asked for a password here: so many a minute at one site. */
function hasRoom({ portal, site }: Visit): boolean {
  const room = portal.freeGuests.take(site.name);
  if (room === 'first-over') {
    portal.deps.log.warn(
      { site: site.name },
      'very many guests accept the terms of a portal site: some are told to wait',
    );
  }
  return room === 'taken';
}

/** The login page once more, with what was wrong. */
function refused(visit: Visit, context: GuestContext, method: string, problem: Problem): Answer {
  const { counters, log } = visit.portal.deps;
  counters.login(visit.site.name, method, problem.problem);
  log.debug({ ...factsOf(visit, context, method), result: problem.problem }, 'guest not let in');
  return loginPage(visit, context, problem);
}
