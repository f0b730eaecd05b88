import { once } from 'node:events';
import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
  type RequestOptions,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A form of a page: where it goes, and what it says unless told otherwise. */
export interface PageForm {
  readonly method: 'GET' | 'POST';
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Names of what a person fills in or ticks. */
  readonly asked: readonly string[];
}

/** What a guest sees. */
export interface GuestPage {
  readonly status: number;
  /** The last address, after all redirects. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly html: string;
  /** The page as words: no markup, entities resolved. */
  readonly text: string;
  readonly heading: string;
  readonly forms: readonly PageForm[];
  readonly links: readonly { readonly href: string; readonly text: string }[];
  readonly refresh?: { readonly seconds: number; readonly url: string };
  /** Every redirect on the way here, the first first. */
  readonly redirects: readonly string[];
}

export interface GuestOptions {
  /** `host:port` of an HTTP proxy, as the gateway of a simulated device is one. */
  readonly proxy?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many redirects are followed. Default 10. */
  readonly follow?: number;
}

/** A browser with everything switched off: no script, no cookies, no memory. */
export class GuestClient {
  readonly #options: GuestOptions;

  constructor(options: GuestOptions = {}) {
    this.#options = options;
  }

  get(url: string): Promise<GuestPage> {
    return this.#go('GET', url, undefined, []);
  }

  /** Sends a body of fields, as a form would. */
  post(url: string, fields: Readonly<Record<string, string>>): Promise<GuestPage> {
    return this.#go('POST', url, new URLSearchParams(fields).toString(), []);
  }

  /**
   * Fills in a form of a page and presses its button.
   *
   * @param filled what a person enters; a name of the page that is not given is not sent unless it has a value
   * @param form the one with all those names, when not given
   */
  submit(
    page: GuestPage,
    filled: Readonly<Record<string, string>> = {},
    form = formFor(page, filled),
  ): Promise<GuestPage> {
    const fields = { ...form.fields, ...filled };
    const target = new URL(form.action, page.url);
    if (form.method === 'POST') return this.post(target.href, fields);
    for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, value);
    return this.get(target.href);
  }

  /** Presses the link with these words, or whose address holds them. */
  press(page: GuestPage, words: string): Promise<GuestPage> {
    const link = page.links.find(({ text, href }) => text === words || href.includes(words));
    if (link === undefined) throw new Error(`no link ${JSON.stringify(words)} on ${page.url}: ${page.text}`);
    return this.get(new URL(link.href, page.url).href);
  }

  async #go(
    method: 'GET' | 'POST',
    url: string,
    body: string | undefined,
    redirects: readonly string[],
  ): Promise<GuestPage> {
    const response = await this.#exchange(method, new URL(url), body);
    const { statusCode: status = 0, headers } = response;
    const html = await textOf(response);
    if (
      status < 300 ||
      status > 399 ||
      headers.location === undefined ||
      redirects.length >= (this.#options.follow ?? 10)
    ) {
      return pageOf(status, url, headers, html, redirects);
    }
    const location = new URL(headers.location, url).href;
    // 307 and 308 keep the method; the others become GET, as in browsers.
    const again = status === 307 || status === 308;
    return this.#go(again ? method : 'GET', location, again ? body : undefined, [...redirects, location]);
  }

  async #exchange(method: string, url: URL, body: string | undefined): Promise<IncomingMessage> {
    const headers = {
      host: url.host,
      connection: 'close',
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) }),
      ...this.#options.headers,
    };
    const proxy = this.#options.proxy === undefined ? undefined : new URL(`http://${this.#options.proxy}`);
    const sent = await requestOf(url, { method, headers }, proxy);
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  }
}

/** What is in a tunnel is TLS; who is at its other end is not looked at. */
async function requestOf(url: URL, options: RequestOptions, proxy: URL | undefined): Promise<ClientRequest> {
  const direct = { ...options, agent: false };
  if (url.protocol === 'https:') {
    if (proxy === undefined) return tlsRequest(url, { ...direct, rejectUnauthorized: false });
    // An agent would dial by itself.
    return tlsRequest(url, { ...options, ...(await tunnelTo(url, proxy)) });
  }
  if (proxy === undefined) return plainRequest(url, direct);
  return plainRequest({ ...direct, host: proxy.hostname, port: proxy.port, path: url.href });
}

/** @throws Error when the proxy does not let it through */
async function tunnelTo(url: URL, proxy: URL): Promise<Pick<RequestOptions, 'createConnection'>> {
  const path = `${url.hostname}:${url.port === '' ? 443 : url.port}`;
  const asked = plainRequest({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path, agent: false });
  asked.end();
  const [{ statusCode }, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  if (statusCode !== 200) {
    socket.destroy();
    throw new Error(`the network does not let this device through to ${path}`);
  }
  const servername = isIP(url.hostname) === 0 ? { servername: url.hostname } : {};
  return { createConnection: () => connectTls({ socket, rejectUnauthorized: false, ...servername }) };
}

function formFor(page: GuestPage, filled: Readonly<Record<string, string>>): PageForm {
  const found = page.forms.find(({ asked }) => Object.keys(filled).every((name) => asked.includes(name)));
  if (found === undefined)
    throw new Error(`no form for ${Object.keys(filled).join(', ')} on ${page.url}: ${page.text}`);
  return found;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function pageOf(
  status: number,
  url: string,
  headers: IncomingHttpHeaders,
  html: string,
  redirects: readonly string[],
): GuestPage {
  const refresh = /<meta http-equiv="refresh" content="(\d+);url=([^"]*)"/.exec(html);
  return {
    ...{ status, url, headers, html, redirects },
    text: wordsOf(html.replace(/<(style|script|title)\b[\s\S]*?<\/\1>/g, ' ')),
    heading: wordsOf(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? ''),
    forms: [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag = '', inside = '']) =>
      formOf(tag, inside),
    ),
    links: [...html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g)].map(([, tag = '', inside = '']) => ({
      href: attributeOf(tag, 'href') ?? '',
      text: wordsOf(inside),
    })),
    ...(refresh === null ? {} : { refresh: { seconds: Number(refresh[1]), url: unescaped(refresh[2] ?? '') } }),
  };
}

function formOf(tag: string, inside: string): PageForm {
  const inputs = [...inside.matchAll(/<input\b([^>]*)>/g)].map(([, attributes = '']) => ({
    name: attributeOf(attributes, 'name') ?? '',
    value: attributeOf(attributes, 'value') ?? '',
    type: attributeOf(attributes, 'type') ?? 'text',
  }));
  const hidden = inputs.filter(({ type }) => type === 'hidden');
  return {
    method: attributeOf(tag, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    action: attributeOf(tag, 'action') ?? '',
    fields: Object.fromEntries(hidden.map(({ name, value }) => [name, value])),
    asked: inputs.filter(({ type }) => type !== 'hidden').map(({ name }) => name),
  };
}

function attributeOf(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`).exec(tag);
  return found === null ? undefined : unescaped(found[1] ?? found[2] ?? found[3] ?? '');
}

function wordsOf(html: string): string {
  return unescaped(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => names[name] ?? '');
}
