import type { MikrotikBridge, PortalLanguage, PortalSite } from '../model/kinds/portal-site.ts';
import type { Answer } from './answer.ts';
import type { FirstViews } from './first-view.ts';
import type { Grants } from './grants.ts';
import { textsIn } from './language.ts';
import type { Lockout } from './lockout.ts';
import { type Frame, noticePage } from './pages/render.ts';
import type { PortalDeps } from './ports.ts';
import type { Rate } from './rate.ts';
import type { Spent } from './spent.ts';
import type { Message, Texts } from './texts/texts.ts';

/** The portal between two requests. */
export interface Portal {
  readonly deps: PortalDeps;
  /** By site, device and source: who sends pages of ours. */
  readonly devices: Lockout;
  /** The same of pages of others, where it makes nobody wait by itself. */
  readonly devicesOfOthers: Lockout;
  /** By username, at whichever site. */
  readonly usernames: Lockout;
  /** The same of names that nobody has: a flood of them pushes out nothing but them. */
  readonly inventedNames: Lockout;
  /** Tries for usernames that have to wait. */
  readonly lockedTries: Rate;
  /** Whole sites, and where requests come from. */
  readonly places: Lockout;
  readonly sources: Lockout;
  /** Guests without an account, by site. */
  readonly freeGuests: Rate;
  /** Pages that let somebody in. */
  readonly spent: Spent;
  /** Devices that controllers let in. */
  readonly grants: Grants;
  /** One-time passwords that were handed out. */
  readonly issued: Spent;
  /** Logins that were seen online. */
  readonly seenOnline: Spent;
  readonly firstViews: FirstViews;
  /** Another text each time, which nobody can guess. */
  readonly nonce: () => string;
  /** Guests we look for at the moment, and wrong passwords whose answer is held back. */
  readonly waiting: { count: number };
  readonly held: { count: number };
}

/** Somebody at a site, in a language. */
export interface Visit {
  readonly portal: Portal;
  readonly site: PortalSite;
  readonly language: PortalLanguage;
  /** Address the request came from, for the log. */
  readonly from: string;
}

/** What went wrong, for the guest and for the counters. */
export interface Refusal {
  readonly status: number;
  readonly message: Message;
  /** Where to begin anew. */
  readonly link?: { readonly href: string; readonly text: string };
  readonly minutes?: number;
  /** This page in another language. */
  readonly inLanguage?: (language: PortalLanguage) => string;
}

/** A page that says what did not work and what to do. */
export function refuse(portal: Portal, about: Pick<Frame, 'site' | 'language'>, refusal: Refusal): Answer {
  portal.deps.counters.refusal(refusal.message);
  return notice(about, refusal);
}

/** The same about what is nobody's mistake, so not counted. */
export function notice(about: Pick<Frame, 'site' | 'language'>, refusal: Refusal): Answer {
  const { status, message, link, minutes, inLanguage } = refusal;
  const problem = message !== 'how-to-join';
  const frame: Frame = {
    ...about,
    heading: problem ? 'problem' : 'welcome',
    ...(inLanguage === undefined ? {} : { inLanguage }),
  };
  const text = wordsFor(textsIn[about.language], message, minutes);
  const page = noticePage(frame, { text, problem, ...(link === undefined ? {} : { link }) });
  return { type: 'page', status, page, ...(minutes === undefined ? {} : { retryAfterSeconds: minutes * 60 }) };
}

export function wordsFor(texts: Texts, message: Message, minutes = 1): string {
  return texts.messages[message].replace('{minutes}', String(minutes));
}

/** Path of a site's page. */
export function pathOf(site: Pick<PortalSite, 'name'>, page = ''): string {
  return `/p/${site.name}${page}`;
}

/** The same as guests reach it from elsewhere; `undefined` when our own origin is not declared. */
export function publicUrlOf({ portal, site }: Pick<Visit, 'portal' | 'site'>, page: string): string | undefined {
  const { publicUrl } = portal.deps.settings();
  return publicUrl === undefined ? undefined : `${publicUrl}${pathOf(site, page)}`;
}

/** The way back to a fresh login page, where there is one: the router sends everybody there who is not logged in. */
export function startAgain(language: PortalLanguage, bridge: MikrotikBridge | undefined): Pick<Refusal, 'link'> {
  return bridge === undefined ? {} : { link: { href: bridge.loginUrl, text: textsIn[language].again } };
}

/** Each once. */
export function originsOf(urls: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin])))];
}
