const units: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/** Milliseconds from `1w2d3h4m5s`, `300ms`, `00:10:00`, `1d00:10:00`, or a bare number of seconds. */
export function parseRouterTime(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const clock = /^(?:(\d+)w)?(?:(\d+)d)?(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(text);
  if (clock !== null) {
    const [weeks, days, hours, minutes, seconds] = clock.slice(1, 6).map((part) => Number(part ?? 0));
    const days7 = (weeks ?? 0) * 7 + (days ?? 0);
    const fraction = Number((clock[6] ?? '').padEnd(3, '0'));
    return (((days7 * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000 + fraction;
  }
  const match = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (match === null || text === '') return undefined;
  return Object.keys(units).reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * (units[unit] ?? 0), 0);
}

/** Unit form without zero parts, as RouterOS prints durations: `2h`, `1w2d3h4m5s`, `300ms`, `0s`. */
export function formatRouterTime(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  let text = '';
  for (const [unit, factor] of Object.entries(units)) {
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text === '' ? '0s' : text;
}

/** Milliseconds since 1970 from `2025-06-30 00:33:07` or `jun/30/2025 00:33:07`, in UTC. */
export function parseRouterDate(text: string): number | undefined {
  const [day = '', time = ''] = text.split(' ');
  const old = /^([a-z]{3})\/(\d\d)\/(\d{4})$/.exec(day.toLowerCase());
  const month = String(months.indexOf(old?.[1] ?? '') + 1).padStart(2, '0');
  const at = Date.parse(`${old === null ? day : `${old[3]}-${month}-${old[2]}`}T${time}Z`);
  return Number.isNaN(at) ? undefined : at;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A moment as rows show it: `2025-06-30 00:33:07` since 7.10, `jun/30/2025 00:33:07` before. In UTC. */
export function formatRouterDate(epochMs: number, since710: boolean): string {
  const iso = new Date(epochMs).toISOString();
  const time = iso.slice(11, 19);
  if (since710) return `${iso.slice(0, 10)} ${time}`;
  return `${months[Number(iso.slice(5, 7)) - 1] ?? ''}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${time}`;
}
