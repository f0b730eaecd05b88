import { parseMac } from '../base/mac.ts';
import type { Answer } from './answer.ts';
import { type GuestStatus, statusMs } from './context.ts';
import { isRejectReason, messageFor, portalMethod } from './decide.ts';
import type { Fields } from './fields.ts';
import { textsIn } from './language.ts';
import { type Frame, noticePage } from './pages/render.ts';
import type { Message } from './texts/texts.ts';
import { readToken } from './token.ts';
import { pathOf, refuse, startAgain, type Visit, wordsFor } from './visit.ts';

/** How long one look waits for the router's Start, how often the page looks, and when it gives up. */
const lookMs = 2_500;
const lookAgainSeconds = 3;
const mostLooks = 5;
/** Looks at once; above it a look does not wait. */
const mostWaiting = 2_000;
const logOutMs = 10_000;
/** After this the browser goes on to where the guest wanted to go. */
const goOnSeconds = 3;

/** `GET /p/{site}/status`: did it work? Confirmed by accounting, or by the controller; else what failed. */
export async function status(visit: Visit, fields: Fields, gone: AbortSignal): Promise<Answer> {
  const read = readStatus(visit, fields);
  if ('answer' in read) return read.answer;
  const { guest } = read;
  const seen: Visit = { ...visit, language: guest.language };
  if (isOver(seen, guest)) return saying(seen, 'over', textsIn[guest.language].loggedOutText);
  if (await isOnline(seen, guest, gone)) {
    countOnline(seen, guest);
    return online(seen, guest, fields.get('c') ?? '');
  }
  const looks = Number(/^[1-9]$/.exec(fields.get('n') ?? '')?.[0] ?? 1);
  return looks < mostLooks ? lookAgain(seen, fields.get('c') ?? '', looks + 1) : gaveUp(seen, guest);
}

/** `POST /p/{site}/logout`. */
export async function logOut(visit: Visit, fields: Fields): Promise<Answer> {
  const read = readStatus(visit, fields);
  if ('answer' in read) return read.answer;
  const seen: Visit = { ...visit, language: read.guest.language };
  const { site, portal } = seen;
  const { username, mac, nas, type } = read.guest;
  const ended =
    type === 'mikrotik' && (await portal.deps.online.end({ username, mac, nas }, AbortSignal.timeout(logOutMs)));
  if (!ended) return refuse(portal, seen, { status: 502, message: 'logout-failed' });
  portal.deps.log.info({ site: site.name, nas, mac, username }, 'guest logged out');
  return saying(seen, 'loggedOut', textsIn[seen.language].loggedOutText);
}

function saying({ site, language }: Visit, heading: Frame['heading'], text: string): Answer {
  return { type: 'page', status: 200, page: noticePage({ site, language, heading }, { text, problem: false }) };
}

function readStatus(visit: Visit, fields: Fields): { readonly guest: GuestStatus } | { readonly answer: Answer } {
  const { portal, site } = visit;
  const token = fields.get('c');
  const guest = token === undefined ? undefined : readToken(site.key, 'status', token);
  if (guest?.site !== site.name) return { answer: refuse(portal, visit, { status: 400, message: 'page-invalid' }) };
  if (guest.expires > portal.deps.clock.now()) return { guest };
  return { answer: refuse(portal, visit, { status: 410, message: 'page-expired' }) };
}

/** Controllers are not asked: what they were told ends by itself. */
function isOver({ portal }: Visit, { until }: GuestStatus): boolean {
  return until !== undefined && until <= portal.deps.clock.now();
}

async function isOnline({ portal }: Visit, guest: GuestStatus, gone: AbortSignal): Promise<boolean> {
  if (guest.type === 'omada') return true;
  const { online, clock } = portal.deps;
  if (online.isOnline(guest)) return true;
  if (portal.waiting.count >= mostWaiting) return false;
  const done = new AbortController();
  const stop = () => done.abort();
  gone.addEventListener('abort', stop);
  portal.waiting.count += 1;
  try {
    clock.sleep(lookMs, done.signal).then(stop, stop);
    return await online.started(guest, done.signal);
  } finally {
    portal.waiting.count -= 1;
    gone.removeEventListener('abort', stop);
    stop();
  }
}

/** Once for each login, however often its page is looked at. Who is let in by a controller was counted then. */
function countOnline({ portal, site }: Visit, { type, username, mac, nas, method, since }: GuestStatus): void {
  if (type !== 'mikrotik' || !portal.seenOnline.use([username, mac, nas, since].join('\0'), statusMs)) return;
  portal.deps.counters.login(site.name, method, 'online');
}

function online({ site, language }: Visit, guest: GuestStatus, token: string): Answer {
  const texts = textsIn[language];
  const onward = guest.onward ?? site.welcomeUrl;
  const frame: Frame = {
    site,
    language,
    heading: 'online',
    ...(onward === undefined ? {} : { refresh: { seconds: goOnSeconds, url: onward } }),
  };
  const page = noticePage(frame, {
    text: texts.onlineText,
    problem: false,
    ...(onward === undefined ? {} : { link: { href: onward, text: texts.continue } }),
    ...(guest.type === 'mikrotik' ? { logout: { action: pathOf(site, '/logout'), token } } : {}),
  });
  return { type: 'page', status: 200, page };
}

function lookAgain({ site, language }: Visit, token: string, look: number): Answer {
  const texts = textsIn[language];
  const url = pathOf(site, `/status?n=${look}&c=${token}`);
  const page = noticePage(
    { site, language, heading: 'waiting', refresh: { seconds: lookAgainSeconds, url } },
    { text: texts.waitingText, problem: false, link: { href: url, text: texts.again } },
  );
  return { type: 'page', status: 200, page };
}

/** Says what the router was told, if it asked at all. */
function gaveUp(visit: Visit, guest: GuestStatus): Answer {
  const { site, language, portal } = visit;
  const texts = textsIn[language];
  const message = failureOf(visit, guest);
  portal.deps.counters.refusal(`offline-${message}`);
  const bridge = site.bridges.find((each) => each.type === 'mikrotik' && each.router === guest.nas);
  const page = noticePage(
    { site, language, heading: 'offline' },
    {
      text: wordsFor(texts, message),
      problem: true,
      ...startAgain(language, bridge?.type === 'mikrotik' ? bridge : undefined),
    },
  );
  return { type: 'page', status: 200, page };
}

function failureOf({ portal }: Visit, { username, mac, since }: GuestStatus): Message {
  const last = portal.deps.decisions
    .of(username)
    .filter(({ at, callingStationId }) => at >= since && parseMac(callingStationId ?? '') === mac)
    // A second press of the button is refused for what is no matter of the account.
    .filter(({ method, reason }) => method !== portalMethod || reason === undefined || isRejectReason(reason))
    .at(-1);
  if (last === undefined || last.verdict === 'accept') return 'try-again';
  const message = messageFor(last.reason ?? '');
  // The guest's own password was right: this is the one that was made for the router.
  return message === 'wrong-password' ? 'try-again' : message;
}
