/** Fields of the simple queue that a rate limit makes. Pairs are upload/download. */
export interface QueueFields {
  readonly 'max-limit': string;
  readonly 'burst-limit': string;
  readonly 'burst-threshold': string;
  readonly 'burst-time': string;
  readonly priority: string;
  readonly 'limit-at': string;
}

/**
 * `rx[/tx] [burst [threshold [time [priority [min]]]]]`, rx being the subscriber's upload; one value stands for both,
 * missing thresholds are the rates and missing times one second. `undefined` when the text is not of that form.
 */
export function queueFieldsOf(rateLimit: string): QueueFields | undefined {
  const [max, burst, threshold, time, priority, min, ...rest] = rateLimit.trim().split(/\s+/);
  const limit = ratePair(max);
  if (limit === undefined || rest.length > 0) return undefined;
  const fields = {
    'max-limit': limit,
    'burst-limit': burst === undefined ? '0/0' : ratePair(burst),
    'burst-threshold': burst === undefined ? '0/0' : threshold === undefined ? limit : ratePair(threshold),
    'burst-time': burst === undefined ? '0s/0s' : time === undefined ? '1s/1s' : timePair(time),
    priority: priority === undefined ? '8/8' : priorityPair(priority),
    'limit-at': min === undefined ? '0/0' : ratePair(min),
  };
  return Object.values(fields).includes(undefined) ? undefined : (fields as QueueFields);
}

function ratePair(text: string | undefined): string | undefined {
  const factors: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 };
  return pairOf(text, /^(\d+)([kMG]?)$/, (number, unit) => String(number * (factors[unit] ?? 1)));
}

function timePair(text: string): string | undefined {
  return pairOf(text, /^(\d+)(s?)$/, (number) => `${number}s`);
}

function priorityPair(text: string): string | undefined {
  return pairOf(text, /^([1-8])()$/, String);
}

function pairOf(
  text: string | undefined,
  form: RegExp,
  value: (number: number, unit: string) => string,
): string | undefined {
  const parts = (text ?? '').split('/').map((part) => form.exec(part));
  const [up, down = up] = parts;
  if (parts.length > 2 || !up || !down) return undefined;
  return [up, down].map((match) => value(Number(match[1]), match[2] ?? '')).join('/');
}
