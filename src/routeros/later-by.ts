const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A date and a time as a router writes them, later by so much, in its own spelling: `2026-01-31` since RouterOS 7.10, before
 * it `jan/31/2026`. Summer time that begins or ends in between shifts it by an hour. `undefined` when they are neither, as
 * on a router that does not know its time. Pure.
 */
export function laterBy(
  { date = '', time = '' }: Readonly<Record<string, string>>,
  ms: number,
): { readonly date: string; readonly time: string } | undefined {
  const iso = isoDate(date);
  const now = iso === undefined ? Number.NaN : Date.parse(`${iso}T${time}Z`);
  const later = new Date(now + ms);
  if (!/^\d\d:\d\d:\d\d$/.test(time) || Number.isNaN(later.getTime()) || later.getUTCFullYear() > 9999)
    return undefined;
  const [newDate = '', newTime = ''] = later.toISOString().split('T');
  const [year, month, day] = newDate.split('-');
  const spelt = iso === date ? newDate : `${months[Number(month) - 1]}/${day}/${year}`;
  return { date: spelt, time: newTime.slice(0, 8) };
}

function isoDate(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  const [, name = '', day, year] = /^([a-z]{3})\/(\d\d)\/(\d{4})$/i.exec(text) ?? [];
  const month = months.indexOf(name.toLowerCase()) + 1;
  return month === 0 ? undefined : `${year}-${String(month).padStart(2, '0')}-${day}`;
}
