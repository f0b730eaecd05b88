import type { ControllerStanding } from '../omada/clients.ts';
import type { OmadaFindingReason } from '../omada/findings.ts';
import { type Diagnosis, type DoctorCode, findingOf, type Trouble } from './finding.ts';

const codes: Readonly<Record<OmadaFindingReason, readonly [code: DoctorCode, mend: string]>> = {
  unreachable: ['LM_OMADA_UNREACHABLE', 'see that it runs, and that spec.url is its own address and HTTPS port (8043)'],
  untrusted: ['LM_OMADA_UNTRUSTED', 'if its certificate was renewed, declare the new tls.fingerprint or tls.ca'],
  'operator-refused': [
    'LM_OMADA_OPERATOR',
    'the account must be an operator of the hotspot (Hotspot Manager > Operators), not the one you manage the controller with',
  ],
  'no-right-on-site': ['LM_OMADA_OPERATOR', 'Hotspot Manager > Operators: add the site to the operator'],
  'wrong-id': ['LM_OMADA_REFUSED', 'leave out spec.controllerId: it is asked for'],
  'time-unit': ['LM_OMADA_REFUSED', 'upgrade the controller; docs/portals.md'],
  refused: ['LM_OMADA_REFUSED', 'docs/portals.md has what its error codes mean'],
};

/** The first version whose operators may let guests in. */
const oldest = [5, 0, 15] as const;

/** A controller as it was met just now. Pure. */
export function checkController({ name, last, version, findings }: ControllerStanding): Diagnosis {
  const troubles: Trouble[] = findings.map(({ reason, text }) => {
    const [code, mend] = codes[reason];
    return { code, says: text, mend };
  });
  if (version !== undefined && isOlder(version)) {
    const says = `it is of version ${version}, and operators let guests in since ${oldest.join('.')}`;
    troubles.push({ code: 'LM_OMADA_VERSION', says, mend: 'upgrade the controller' });
  }
  const reached = last?.answered === true;
  const examined = {
    target: name,
    kind: 'controller' as const,
    reached,
    ...(version === undefined ? {} : { version }),
  };
  return { examined: [examined], findings: troubles.map((trouble) => findingOf(name, trouble)) };
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number);
  const at = oldest.findIndex((part, index) => part !== (parts[index] ?? 0));
  return at !== -1 && (parts[at] ?? 0) < (oldest[at] ?? 0);
}
