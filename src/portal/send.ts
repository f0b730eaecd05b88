import { gzipSync } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { unreachable } from '../base/errors.ts';
import type { Answer, SentPage } from './answer.ts';
import type { Page } from './pages/render.ts';

/** Of a page that leaves as it is: about what the first packets of a connection hold. */
const plainOctets = 14 * 1024;

/** How a browser sees us: without TLS, with that of a proxy of ours, or with our own. */
export type Security = 'plain' | 'tls-before-us' | 'own-tls';

/** What every answer carries. */
export function commonHeaders(security: Security): Readonly<Record<string, string>> {
  return headersBy[security];
}

const plainHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};
// Browsers heed the one only with TLS, and complain about it without.
const tlsHeaders = { ...plainHeaders, 'cross-origin-opener-policy': 'same-origin' };
const headersBy: Readonly<Record<Security, Readonly<Record<string, string>>>> = {
  plain: plainHeaders,
  'tls-before-us': tlsHeaders,
  'own-tls': { ...tlsHeaders, 'strict-transport-security': 'max-age=31536000' },
};

/** Nothing is fetched, nothing runs but what the page was made with, and forms end up where they should. */
export function contentPolicy(
  { styles, scripts }: Pick<Page, 'styles' | 'scripts'>,
  formOrigins: readonly string[],
): string {
  return [
    "default-src 'none'",
    `style-src ${styles.join(' ')}`,
    ...(scripts.length > 0 ? [`script-src ${scripts.join(' ')}`] : []),
    `form-action ${["'self'", ...formOrigins].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** @param gzip does the client take it? */
export function send(reply: FastifyReply, answer: Answer, security: Security, gzip: boolean): FastifyReply {
  reply.headers(commonHeaders(security));
  switch (answer.type) {
    case 'page':
      retryAfter(reply, answer.retryAfterSeconds);
      return sendPage(reply.code(answer.status), answer.page, answer.formOrigins ?? [], gzip);
    case 'redirect':
      reply.code(answer.status ?? 303).header('location', answer.location);
      return answer.page === undefined ? reply.send('') : sendPage(reply, answer.page, [], gzip);
    case 'json':
      retryAfter(reply, answer.retryAfterSeconds);
      return reply.code(answer.status).type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
    case 'file':
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${answer.name}"`)
        .send(answer.contents);
    default:
      return unreachable(answer);
  }
}

function sendPage(reply: FastifyReply, page: SentPage, formOrigins: readonly string[], gzip: boolean): FastifyReply {
  reply.type('text/html; charset=utf-8').header('content-security-policy', contentPolicy(page, formOrigins));
  const octets = typeof page.html === 'string' ? Buffer.from(page.html) : page.html;
  if (octets.length <= plainOctets) return reply.send(octets);
  // Long terms of use. What it holds of the guest is new with each page, so its length tells nothing.
  reply.header('vary', 'Accept-Encoding');
  return gzip ? reply.header('content-encoding', 'gzip').send(gzipSync(octets)) : reply.send(octets);
}

function retryAfter(reply: FastifyReply, seconds: number | undefined): void {
  if (seconds !== undefined) reply.header('retry-after', String(seconds));
}
