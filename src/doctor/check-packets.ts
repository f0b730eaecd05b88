import { printable } from '../base/bytes.ts';
import type { DropReason, RadiusFinding } from '../radius/drops.ts';
import { type DoctorFinding, findingOf, type Trouble } from './finding.ts';

/** Whose packets nobody declared: they belong to no router. */
export const strangers = 'radius';

/** What our own RADIUS server had to drop, by whom it came from. Pure. */
export function checkPackets(findings: readonly RadiusFinding[]): readonly DoctorFinding[] {
  return findings.map((finding) =>
    findingOf(finding.nas === 'unknown' ? strangers : finding.nas, troubleOf(finding, finding.reason)),
  );
}

function troubleOf({ nas, source, count, hint, reason }: RadiusFinding, why: DropReason): Trouble {
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
    default: {
      const says = `${count} packets from ${from} were dropped: ${reason}`;
      return { code: 'LM_RADIUS_DROPPED', says, mend: hint ?? 'docs/radius.md has what each reason means' };
    }
  }
}
