import { decide, messageFor, type PasswordLogin } from './decide.ts';
import type { LoginPage } from './landing.ts';
import type { Lockout } from './lockout.ts';
import { sourceOf } from './source.ts';
import type { Portal, Visit } from './visit.ts';

/** A guest the portal lets in. */
export interface Entry {
  readonly username: string;
  /** Absent: no limit. */
  readonly seconds?: number;
  /** Does the service itself limit a session, and not only the account's expiry? */
  readonly timed: boolean;
}

/** A guest it does not let in. */
export interface Problem extends LoginPage {
  readonly problem: NonNullable<LoginPage['problem']>;
}

/** A wrong name and a wrong password take the same time, and guessing takes its time. */
const rejectDelayMs = 500;
/** The same at a site where very many are wrong, or to where very many came from. */
const longDelayMs = 3_000;
/** Answers held back at once; above it they go out as they come. */
const mostHeld = 5_000;

/** Whom a try counts against. */
interface Guesser {
  /** A device at a source: nobody elsewhere can make it wait, nor others free it. */
  readonly device: string;
  readonly source: string;
  readonly devices: Lockout;
  /** How long it has to wait for what it did itself. */
  readonly waitMs: number;
}

/**
 * The declared password, by the decision RADIUS takes too. Whoever guesses has to wait.
 *
 * @param page does the login come by a page that we signed for this device? What others post names any device they like: it makes
 * none wait
 */
export async function checkPassword(
  visit: Visit,
  login: PasswordLogin,
  page: 'ours' | 'of-others',
): Promise<Entry | Problem> {
  const { portal } = visit;
  const { username } = login;
  const guesser = guesserOf(visit, login, page);
  const nameMs = nameWait(portal, username);
  const waitMs = Math.max(guesser.waitMs, nameMs > 0 && !mayTry(portal, username, guesser) ? nameMs : 0);
  if (waitMs > 0) return locked(waitMs, username);
  const decision = await decide(visit, login);
  const known = portal.deps.directory.login(username);
  if (decision.verdict === 'accept') {
    const seconds = decision.limits.sessionTimeoutSeconds;
    const timed = known?.limits.sessionTimeoutSeconds !== undefined;
    return { username, timed, ...(seconds === undefined ? {} : { seconds }) };
  }
  const problem = messageFor(decision.reason);
  if (problem !== 'wrong-password') return { status: 403, problem, at: 'username', username };
  guesser.devices.failed(guesser.device);
  (known === undefined ? portal.inventedNames : portal.usernames).failed(username);
  await holdBack(visit, guesser);
  return nameMs > 0 ? locked(nameMs, username) : { status: 401, problem, at: 'password', username };
}

function guesserOf({ portal, site, from }: Visit, { mac }: PasswordLogin, page: 'ours' | 'of-others'): Guesser {
  const source = sourceOf(from);
  const device = [site.name, mac, source].join('\0');
  const devices = page === 'ours' ? portal.devices : portal.devicesOfOthers;
  return { device, source, devices, waitMs: page === 'ours' ? devices.wait(device) : 0 };
}

function locked(waitMs: number, username: string): Problem {
  return { status: 429, problem: 'locked', minutes: Math.ceil(waitMs / 60_000), username };
}

function nameWait({ usernames, inventedNames }: Portal, username: string): number {
  return Math.max(usernames.wait(username), inventedNames.wait(username));
}

/**
 * Guessing at a name must not keep its owner out, so a device that did nothing wrong may try. Devices are easily made up: so
 * many tries of all of them, and no more.
 */
function mayTry({ lockedTries }: Portal, username: string, { devices, device }: Guesser): boolean {
  return !devices.hasFailed(device) && lockedTries.take(username) === 'taken';
}

/**
 * Devices can be made up, so what is wrong is also counted for the whole site, and for where it came from: there it makes nobody
 * wait but the wrong, since a café has one address for all its guests.
 */
async function holdBack({ portal, site }: Visit, { source }: Guesser): Promise<void> {
  const { places, sources, held, deps } = portal;
  const calmSite = isCalm(places, site.name, () =>
    deps.log.warn({ site: site.name }, 'very many wrong passwords at a portal site'),
  );
  const calmSource = isCalm(sources, source, () =>
    deps.log.warn({ site: site.name, from: source }, 'very many wrong passwords from one address'),
  );
  if (held.count >= mostHeld) return;
  held.count += 1;
  try {
    await deps.clock.sleep(calmSite && calmSource ? rejectDelayMs : longDelayMs);
  } finally {
    held.count -= 1;
  }
}

/** Was it calm before this failure? @param tell that it is no more */
function isCalm(lockout: Lockout, who: string, tell: () => void): boolean {
  const calm = lockout.wait(who) === 0;
  lockout.failed(who);
  if (calm && lockout.wait(who) > 0) tell();
  return calm;
}
