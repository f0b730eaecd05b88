const rateFactors: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** Bit/s from `20M`, `512k`, `1G`, `64000` (1000-based). `undefined` when the text is not a rate. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d+)([kMG]?)$/.exec(text);
  if (match === null) return undefined;
  const rate = Number(match[1]) * (rateFactors[match[2] ?? ''] ?? 1);
  return Number.isSafeInteger(rate) ? rate : undefined;
}

/** The shortest exact text of a rate in bit/s: 20000000 is `20M`, 1500 is `1500`. */
export function formatRate(bps: number): string {
  for (const unit of ['G', 'M', 'k'] as const) {
    const factor = rateFactors[unit] ?? 1;
    if (bps !== 0 && bps % factor === 0) return `${bps / factor}${unit}`;
  }
  return String(bps);
}

const sizeFactors: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
};

/** Octets from `10G`, `500Mi`, `1024`. `undefined` when the text is not a size. */
export function parseSize(text: string): bigint | undefined {
  const match = /^(\d+)(k|M|G|T|Ki|Mi|Gi|Ti|)$/.exec(text);
  if (match === null) return undefined;
  return BigInt(match[1] ?? '0') * (sizeFactors[match[2] ?? ''] ?? 1n);
}

const durationFactors: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };

/** Milliseconds from `1500ms`, `90s`, `10m`, `12h`, `30d`. `undefined` when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * (durationFactors[match[2] ?? ''] ?? 1);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

const spans = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A duration as people write it, largest units first, two at most: 93784000 is `1d2h`. From a second on, whole seconds. */
export function formatDuration(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, ms < 1000 ? Math.round(ms) : Math.round(ms / 1000) * 1000);
  for (const [unit, factor] of spans) {
    if (rest >= factor && parts.length < 2) {
      parts.push(`${Math.floor(rest / factor)}${unit}`);
      rest %= factor;
    } else if (parts.length > 0) break;
  }
  return parts.length === 0 ? '0s' : parts.join('');
}

const octetUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Octets for people: 1536 is `1.5 KiB`. */
export function formatOctets(octets: bigint): string {
  let value = Number(octets);
  let unit = 0;
  while (value >= 1024 && unit < octetUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${octetUnits[unit] ?? 'B'}`;
}
