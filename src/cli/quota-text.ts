import type { QuotaJson, StandingJson } from '../admin/quota.ts';
import { formatDuration, formatOctets } from '../base/units.ts';
import { table } from './output.ts';

/** How a subscription stands with its quotas, for people. */
export function standingText({ subscription, service, quotas, validUntil, notBegun }: StandingJson): string {
  const valid =
    validUntil === undefined
      ? notBegun === true
        ? ', its time begins with the first session'
        : ''
      : `, until ${minute(validUntil)}`;
  const rows = quotas.flatMap((quota) => [quotaRow(quota), ...topUpRows(quota)]);
  const head = `${subscription}: ${service}${valid}\n`;
  return rows.length === 0 ? head : head + table(['QUOTA', 'USED', 'OF', 'LEFT', 'RESETS', 'IN FORCE'], rows);
}

function quotaRow(quota: QuotaJson): readonly string[] {
  const { name, direction, of, used, included, carried, left, resets } = quota;
  const whole = String(BigInt(included) + BigInt(carried));
  const more = carried === '0' ? '' : ` (${shown(of, carried)} carried over)`;
  return [
    direction === 'total' ? name : `${name} (${direction})`,
    ...[shown(of, used), `${shown(of, whole)}${more}`, shown(of, left)],
    resets === undefined ? 'never' : minute(resets),
    inForce(quota),
  ];
}

function inForce({ step, effect = '', counts, free }: QuotaJson): string {
  if (free === true) return 'free hours';
  if (step === 0) return '-';
  return counts === true ? effect : `${effect} (another is stricter)`;
}

function topUpRows({ of, topUps }: QuotaJson): readonly (readonly string[])[] {
  return topUps.map(({ number, left, until }) => [`  top-up ${number}`, '', '', shown(of, left), minute(until), '']);
}

function shown(of: QuotaJson['of'], amount: string): string {
  return of === 'time' ? formatDuration(Number(amount) * 1000) : formatOctets(BigInt(amount));
}

function minute(time: string): string {
  return `${time.slice(0, 16)}Z`;
}
