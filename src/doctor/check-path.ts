import type { RouterFacts } from './facts.ts';
import { type DoctorCode, severities, type Trouble } from './finding.ts';

/** What the readings of usage found, with the share that was measured; where there are none, the rules alone. Pure. */
export function checkPath(
  { path, router }: RouterFacts,
  readings: readonly { readonly code: string; readonly message: string }[] = [],
): readonly Trouble[] {
  const measured = readings.flatMap(({ code, message }) => (isCode(code) ? [inTwo(code, message)] : []));
  if (measured.some(({ code }) => code === 'LM_FASTTRACK')) return measured;
  const [rule] = path.fastTrackRules;
  const counts = router.ppp !== undefined || router.hotspots.length > 0 || router.dhcp.length > 0;
  if (rule === undefined || !counts) return measured;
  const says =
    `FastTrack is on (${path.fastTrackRules.join(', ')}): what takes it passes the queues that limit subscribers, and ` +
    'the counters of hotspots and leases';
  const menu = rule.split(' ')[0] ?? '/ip/firewall/filter';
  const mend = `${menu}/disable [find action=fasttrack-connection], or keep subscribers out of that rule`;
  return [...measured, { code: 'LM_FASTTRACK', says, mend }];
}

function isCode(code: string): code is DoctorCode {
  return Object.hasOwn(severities, code);
}

function inTwo(code: DoctorCode, message: string): Trouble {
  const [says = message, mend = 'see docs/usage.md'] = message.split('. Mend it with ');
  return { code, says, mend };
}
