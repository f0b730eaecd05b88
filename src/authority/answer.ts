import { Secret } from '../base/secret.ts';
import { formatRate, parseRate } from '../base/units.ts';

/** What a program answered, read. */
export type ReadAnswer =
  | {
      readonly verdict: 'accept';
      readonly bandwidth?: Bandwidth;
      readonly remainingSeconds?: number;
      readonly password?: Secret;
    }
  | {
      readonly verdict: 'reject';
      readonly reason: 'unknown-subscriber' | 'wrong-password' | 'refused-elsewhere' | 'expired';
    }
  /** Nothing to go by: as bad as no answer. */
  | { readonly verdict: 'trouble'; readonly message: string };

export interface Bandwidth {
  /** Mikrotik-Rate-Limit text, upload first: `5M/20M`, with bursts as RouterOS writes them. */
  readonly rateLimit: string;
  /** Bit/s. */
  readonly rate: { readonly down: number; readonly up: number };
}

const refusals: Readonly<Record<number, 'unknown-subscriber' | 'wrong-password' | 'refused-elsewhere'>> = {
  401: 'wrong-password',
  403: 'refused-elsewhere',
  404: 'unknown-subscriber',
};

/**
 * 200 lets in, 401, 403 and 404 do not, and whatever else is a trouble of the program: nobody is refused for that.
 *
 * @param body text; of a refusal it is not looked at
 */
export function readAnswer(status: number, body: string): ReadAnswer {
  const refusal = refusals[status];
  if (refusal !== undefined) return { verdict: 'reject', reason: refusal };
  if (status !== 200) return { verdict: 'trouble', message: `answers with status ${status}` };
  const fields = fieldsOf(body);
  if (fields === undefined) return { verdict: 'trouble', message: 'answers 200 with a body that is no JSON object' };
  return readFields(fields);
}

function readFields({ bandwidth, remaining_time: remaining, password }: Fields): ReadAnswer {
  const rate = given(bandwidth) ? readBandwidth(bandwidth) : undefined;
  if (given(bandwidth) && rate === undefined) return { verdict: 'trouble', message: odd('bandwidth') };
  const seconds = given(remaining) ? readSeconds(remaining) : undefined;
  if (given(remaining) && seconds === undefined) return { verdict: 'trouble', message: odd('remaining_time') };
  if (given(password) && (typeof password !== 'string' || password === '')) {
    return { verdict: 'trouble', message: odd('password') };
  }
  if (seconds !== undefined && seconds < 1) return { verdict: 'reject', reason: 'expired' };
  return {
    verdict: 'accept',
    ...(rate === undefined ? {} : { bandwidth: rate }),
    ...(seconds === undefined ? {} : { remainingSeconds: seconds }),
    ...(typeof password === 'string' ? { password: new Secret(password) } : {}),
  };
}

type Fields = Readonly<Record<'bandwidth' | 'remaining_time' | 'password', unknown>>;

function fieldsOf(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function odd(field: string): string {
  return `answers 200 with a ${field} that cannot be read`;
}

/** `2M/10M` (upload first) and what RouterOS lets follow; `10M` for both ways; bit/s; or `{down, up}`. */
function readBandwidth(value: unknown): Bandwidth | undefined {
  if (typeof value === 'number') return isRate(value) ? evenly(value, value) : undefined;
  if (typeof value === 'string') return readRateText(value.trim());
  if (typeof value !== 'object' || value === null) return undefined;
  const { down, up } = value as { readonly down?: unknown; readonly up?: unknown };
  const [downRate, upRate] = [readRate(down), readRate(up)];
  return downRate === undefined || upRate === undefined ? undefined : evenly(upRate, downRate);
}

const rateText =
  /^([0-9]+[kMG]?)(?:\/([0-9]+[kMG]?))?((?: [0-9]+[kMG]?(?:\/[0-9]+[kMG]?)?){0,2}(?: [0-9]+(?:\/[0-9]+)?)?(?: [1-8])?(?: [0-9]+[kMG]?(?:\/[0-9]+[kMG]?)?)?)$/;

function readRateText(text: string): Bandwidth | undefined {
  const [, first = '', second = first, rest = ''] = rateText.exec(text) ?? [];
  const [up, down] = [readRate(first), readRate(second)];
  if (up === undefined || down === undefined) return undefined;
  return { rateLimit: `${first}/${second}${rest}`, rate: { up, down } };
}

function evenly(up: number, down: number): Bandwidth {
  return { rateLimit: `${formatRate(up)}/${formatRate(down)}`, rate: { up, down } };
}

function readRate(value: unknown): number | undefined {
  const rate = typeof value === 'string' ? parseRate(value) : value;
  return typeof rate === 'number' && isRate(rate) ? rate : undefined;
}

function isRate(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 1e12;
}

function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? Math.min(Math.floor(seconds), 1e9) : undefined;
}
