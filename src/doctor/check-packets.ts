import { printable } from '../base/bytes.ts';
import type { Model } from '../model/model.ts';
import type { RadiusFinding } from '../radius/drops.ts';
import { applying } from './check-radius.ts';
import { type DoctorFinding, findingOf, type Trouble } from './finding.ts';

/** Whose packets nobody declared: they belong to no router. */
export const strangers = 'radius';

/** What our own RADIUS server had to drop, by whom it came from. Pure. */
export function checkPackets(findings: readonly RadiusFinding[], declared: Declared): readonly DoctorFinding[] {
  return findings.map((finding) =>
    findingOf(finding.nas === 'unknown' ? strangers : finding.nas, troubleOf(finding, finding.reason, declared)),
  );
}

/** Routers, and at which addresses we are. */
type Declared = Pick<Model, 'routers' | 'operator'>;

function troubleOf(finding: RadiusFinding, why: RadiusFinding['reason'], declared: Declared): Trouble {
  const { nas, source, count, hint, reason } = finding;
  const from = printable(source);
  switch (why) {
    case 'unknown-client': {
      const says = `${count} packets came from ${from}, where no NAS is declared${hint === undefined ? '' : ` (${hint})`}`;
      const mend = `on that router /radius/set [find] src-address=DECLARED; or declare radius.sourceAddress: ${from}`;
      return { code: 'LM_RADIUS_UNKNOWN_SOURCE', says, mend };
    }
    case 'unknown-nas-identifier': {
      const says = `${count} packets from ${from} are of nobody: ${hint ?? 'none declared there has their NAS-Identifier'}`;
      const mend =
        'declare it as radius.nasIdentifier of one of them; or on that router /system/identity/set name=DECLARED';
      return { code: 'LM_RADIUS_UNKNOWN_IDENTIFIER', says, mend };
    }
    case 'ma-wrong':
    case 'authenticator-wrong': {
      const says = `${count} packets from ${from} were signed with another shared secret than the one declared`;
      return { code: 'LM_RADIUS_SECRET', says, mend: secretMend(nas, declared) };
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

/** A router that we write to gets the secret from us; any other NAS from a person, on either side. */
function secretMend(nas: string, { routers, operator }: Declared): string {
  const router = routers.find(({ name }) => name === nas);
  if (router === undefined) return `set the declared secret on ${nas}, or in radius.clients[].secret the one it has`;
  const address = operator.radius.servers[0]?.address;
  const byHand = `/radius/set [find${address === undefined ? '' : ` address=${address}`}] secret=…`;
  return router.api === undefined ? byHand : applying(router, byHand);
}
