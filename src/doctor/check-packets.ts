import { printable } from '../base/bytes.ts';
import type { RadiusFinding } from '../radius/drops.ts';
import { type DoctorFinding, findingOf, type Trouble } from './finding.ts';

/** Whose packets nobody declared: they belong to no router. */
export const strangers = 'radius';

/** What our own RADIUS server had to drop, by whom it came from. Pure. */
export function checkPackets(findings: readonly RadiusFinding[]): readonly DoctorFinding[] {
  return findings.map((finding) =>
    findingOf(finding.nas === 'unknown' ? strangers : finding.nas, troubleOf(finding, finding.reason)),
  );
}

function troubleOf({ nas, source, count, hint, reason }: RadiusFinding, why: RadiusFinding['reason']): Trouble {
  const from = printable(source);
  switch (why) {
    case 'unknown-client':
    case 'unknown-nas-identifier': {
      const says = `${count} packets came from ${from}, where no NAS is declared${hint === undefined ? '' : ` (${hint})`}`;
      const mend = `on that router /radius/set [find] src-address=DECLARED; or declare radius.sourceAddress: ${from}`;
      return { code: 'LM_RADIUS_UNKNOWN_SOURCE', says, mend };
    }
    case 'ma-wrong':
    case 'authenticator-wrong': {
      const says = `${count} packets from ${from} were signed with another shared secret than the one declared`;
      return { code: 'LM_RADIUS_SECRET', says, mend: `lastmile apply --target ${nas}` };
    }
    case 'unsigned': {
      const says = `${count} requests from ${from} had no Message-Authenticator, as was learned of it (CVE-2024-3596)`;
      const mend = `upgrade RouterOS to 7.15 or later, then declare radius.messageAuthenticator: require for ${nas}`;
      return { code: 'LM_RADIUS_UNSIGNED', says, mend };
    }
    default: {
      const says = `${count} packets from ${from} were dropped: ${reason}`;
      return { code: 'LM_RADIUS_DROPPED', says, mend: hint ?? 'docs/radius.md has what each reason means' };
    }
  }
}
