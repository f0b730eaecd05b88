import { decide, messageFor, type PasswordLogin } from './decide.ts';
import type { LoginPage } from './landing.ts';
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
/** The same at a site where very many are wrong. */
const longDelayMs = 3_000;
/** Answers held back at once; above it they go out as they come. */
const mostHeld = 5_000;

/** The declared password, by the decision RADIUS takes too. Whoever guesses has to wait. */
export async function checkPassword(visit: Visit, login: PasswordLogin): Promise<Entry | Problem> {
  const { portal, site } = visit;
  const { username, mac } = login;
  const device = [site.name, mac].join('\0');
  const nameMs = nameWait(portal, username);
  const waitMs = Math.max(portal.devices.wait(device), nameMs > 0 && !mayTry(portal, username, device) ? nameMs : 0);
  if (waitMs > 0) return locked(waitMs, username);
  const decision = decide(visit, login);
  const known = portal.deps.directory.login(username);
  if (decision.verdict === 'accept') {
    const seconds = decision.limits.sessionTimeoutSeconds;
    const timed = known?.limits.sessionTimeoutSeconds !== undefined;
    return { username, timed, ...(seconds === undefined ? {} : { seconds }) };
  }
  const problem = messageFor(decision.reason);
  if (problem !== 'wrong-password') return { status: 403, problem, at: 'username', username };
  portal.devices.failed(device);
  (known === undefined ? portal.inventedNames : portal.usernames).failed(username);
  await holdBack(visit);
  return nameMs > 0 ? locked(nameMs, username) : { status: 401, problem, at: 'password', username };
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
function mayTry({ devices, lockedTries }: Portal, username: string, device: string): boolean {
  return !devices.hasFailed(device) && lockedTries.take(username) === 'taken';
}

/** Devices can be made up, so what is wrong is also counted for the whole site: there it makes nobody wait but the wrong. */
async function holdBack({ portal, site }: Visit): Promise<void> {
  const { places, held, deps } = portal;
  const calm = places.wait(site.name) === 0;
  places.failed(site.name);
  if (calm && places.wait(site.name) > 0)
    deps.log.warn({ site: site.name }, 'very many wrong passwords at a portal site');
  if (held.count >= mostHeld) return;
  held.count += 1;
  try {
    await deps.clock.sleep(calm ? rejectDelayMs : longDelayMs);
  } finally {
    held.count -= 1;
  }
}
