import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { codeOf } from '../base/errors.ts';
import type { PortalLanguage } from '../model/kinds/portal-site.ts';
import { allLanguages, chooseLanguage } from './language.ts';
import { commonHeaders, contentPolicy } from './send.ts';
import type { Message } from './texts/texts.ts';
import { type Portal, refuse } from './visit.ts';

interface RawAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string | Buffer;
}

/** What is no HTTP as we know it, by the error of Node's parser: status line and words. Everything else is a bad request. */
const flaws: Readonly<Record<string, readonly [status: string, message: Message]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'too-large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'bad-request'],
};

/** A request that is not even HTTP: its headers are too long, or it never ends. */
export function refuseOctets(portal: Portal, error: unknown, socket: Socket): void {
  const code = codeOf(error);
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, message] = flaws[code ?? ''] ?? ['400 Bad Request', 'bad-request'];
  const { headers, html } = rawAnswer(portal, message, 'en');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${html}`);
}

/** An `Expect` that we do not know (RFC 9110 §10.1.1): Node would answer without a word. */
export function refuseExpectation(portal: Portal, request: IncomingMessage, response: ServerResponse): void {
  const language = chooseLanguage(allLanguages, undefined, request.headers['accept-language']);
  const { headers, html } = rawAnswer(portal, 'bad-request', language);
  response.writeHead(417, headers);
  response.end(html);
}

function rawAnswer(portal: Portal, message: Message, language: PortalLanguage): RawAnswer {
  const given = refuse(portal, { language }, { status: 400, message });
  const page = given.type === 'page' ? given.page : { html: '', styles: [], scripts: [] };
  const headers = {
    ...commonHeaders('plain'),
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentPolicy(page, []),
    'content-length': String(Buffer.byteLength(page.html)),
    connection: 'close',
  };
  return { headers, html: page.html };
}
