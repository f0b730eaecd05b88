import type { FastifyRequest } from 'fastify';
import type { Diverted } from '../model/diverted.ts';
import type { Answer } from './answer.ts';
import { chooseLanguage } from './language.ts';
import { notice, type Portal, pathOf, publicUrlOf, type Visit } from './visit.ts';

/** Why a router brings somebody here; each is a page of a site. */
export const whyDiverted = ['suspended', 'unknown-device'] as const satisfies readonly Diverted['why'][];

/** Tells somebody why he is here in place of where he wanted to go. */
export function diversionPage({ site, language }: Pick<Visit, 'site' | 'language'>, why: Diverted['why']): Answer {
  const inLanguage = (other: string) => `${pathOf(site, `/${why}`)}?lang=${other}`;
  return notice({ site, language }, { status: 200, message: why, inLanguage });
}

/**
 * For somebody who asked another place for a page and was brought here by his router (`onSuspend.redirect`,
 * `unknownClients.redirect`): sent on to the page of ours that says why, under our own name, which a device that looks for a
 * way online opens; where we have none, that page at once. `undefined` for everybody else, and whoever asks us.
 */
export function divertedAnswer(portal: Portal, request: FastifyRequest): Answer | undefined {
  if (!isPlainLook(request) || asksUs(portal, request)) return undefined;
  const diverted = portal.deps.diverted?.(request.ip);
  const site = portal.deps.sites().find(({ name }) => name === diverted?.site);
  if (diverted === undefined || site === undefined) return undefined;
  const language = chooseLanguage(site.languages, undefined, request.headers['accept-language']);
  const shown = diversionPage({ site, language }, diverted.why);
  const location = publicUrlOf({ portal, site }, `/${diverted.why}`);
  if (location === undefined || shown.type !== 'page') return shown;
  return { type: 'redirect', status: 302, location, page: shown.page };
}

/** For what none of our pages is at, without TLS: no router can bring anybody here who asked with it. */
function isPlainLook({ method, is404, url, raw }: FastifyRequest): boolean {
  if ('encrypted' in raw.socket || !['GET', 'HEAD'].includes(method)) return false;
  return is404 || url.split('?')[0] === '/';
}

/** Is it this portal that is asked, by its public name or the address it was reached at? */
function asksUs({ deps }: Portal, { raw }: FastifyRequest): boolean {
  const asked = `http://${raw.headers.host ?? ''}`;
  if (!URL.canParse(asked)) return true;
  const { publicUrl } = deps.settings();
  const own = [publicUrl === undefined ? undefined : hostOf(publicUrl), raw.socket.localAddress, 'localhost'];
  return own.includes(hostOf(asked));
}

/** An IPv6 address without its brackets, as sockets have it. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}
