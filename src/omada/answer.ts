import { sessionOverCode } from './error-codes.ts';

/** An HTTP answer, as it came. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly location?: string;
  readonly setCookie: readonly string[];
  readonly body: string;
}

/** What a controller said with it. HTTP 200 also carries failures. */
export type ControllerAnswer =
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'refused'; readonly errorCode: number; readonly message?: string }
  /** Another login is needed: redirected, shown a page, 401, 403 or -1200. */
  | { readonly type: 'session-over'; readonly sign: string }
  | { readonly type: 'overloaded'; readonly status: number }
  /** Nothing of a controller. */
  | { readonly type: 'foreign'; readonly status: number; readonly what: string };

export function readAnswer(answer: HttpAnswer): ControllerAnswer {
  const { status } = answer;
  if (status >= 300 && status < 400) return { type: 'session-over', sign: `a redirect (HTTP ${status})` };
  if (status === 401 || status === 403) return { type: 'session-over', sign: `HTTP ${status}` };
  if (status === 429 || status === 503) return { type: 'overloaded', status };
  const body = parsed(answer.body);
  if (body !== undefined) return coded(body, status);
  if (status === 200 && isPage(answer)) return { type: 'session-over', sign: 'a page instead of JSON' };
  return { type: 'foreign', status, what: isPage(answer) ? 'a page' : 'something that is not JSON' };
}

function coded(body: Readonly<Record<string, unknown>>, status: number): ControllerAnswer {
  const errorCode = codeIn(body['errorCode']);
  if (errorCode === undefined) return { type: 'foreign', status, what: 'JSON without an errorCode' };
  if (errorCode === 0) return { type: 'result', result: body['result'] };
  if (errorCode === sessionOverCode) return { type: 'session-over', sign: `error code ${errorCode}` };
  const message = body['msg'];
  return { type: 'refused', errorCode, ...(typeof message === 'string' ? { message: message.slice(0, 200) } : {}) };
}

/** Number or text: both are seen. */
function codeIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function parsed(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPage({ contentType, body }: HttpAnswer): boolean {
  return contentType?.includes('html') === true || /^\s*</.test(body);
}
