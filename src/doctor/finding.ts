/**
 * `error`: something does not work, or somebody may do harm. `warning`: it works, and will not always. `info`: nothing is
 * wrong with it, and somebody may want to know.
 */
export type Severity = 'error' | 'warning' | 'info';

/** Everything the doctor may find, and how bad it is. docs/doctor.md has a row for each. */
export const severities = {
  LM_ROUTER_UNREACHABLE: 'error',
  LM_ROUTER_CLOSED: 'error',
  LM_ROUTER_LOGIN: 'error',
  LM_ROUTER_TLS: 'error',
  LM_ROUTER_UNTRUSTED: 'error',
  LM_ROUTER_TOO_OLD: 'error',
  LM_ROUTER_FAILED: 'error',
  LM_API_PUBLIC: 'warning',
  LM_API_SESSIONS: 'warning',
  LM_ACCOUNT_SHARED: 'warning',
  LM_RIGHTS_MISSING: 'error',
  LM_MENU_FORBIDDEN: 'error',
  LM_RADIUS_NOT_ASKED: 'error',
  LM_RADIUS_SECRET: 'error',
  LM_RADIUS_BAD_REPLIES: 'warning',
  LM_RADIUS_SILENT: 'error',
  LM_RADIUS_SOURCE: 'error',
  LM_RADIUS_SOURCE_MISSING: 'error',
  LM_RADIUS_SOURCE_PORT: 'warning',
  LM_RADIUS_TIMEOUT: 'error',
  LM_RADIUS_UNSIGNED: 'warning',
  LM_RADIUS_PUBLIC: 'warning',
  LM_RADIUS_UNKNOWN_IDENTIFIER: 'error',
  LM_RADIUS_UNKNOWN_SOURCE: 'error',
  LM_RADIUS_DROPPED: 'warning',
  LM_RADIUS_HEARTBEAT: 'error',
  LM_PPP_RADIUS_OFF: 'error',
  LM_PPP_ACCOUNTING_OFF: 'error',
  LM_HOTSPOT_INTERIM: 'warning',
  LM_COA_OFF: 'error',
  LM_COA_PORT: 'error',
  LM_LICENCE_SESSIONS: 'warning',
  LM_LICENCE_LEVEL: 'warning',
  LM_ROUTER_VERSION: 'warning',
  LM_ROUTER_VERSION_UNKNOWN: 'warning',
  LM_CLOCK_SKEW: 'warning',
  LM_NTP_OFF: 'warning',
  LM_NTP_UNSYNCHRONISED: 'warning',
  LM_DEVICE_MODE: 'warning',
  LM_USER_MANAGER: 'warning',
  LM_CERTIFICATE_ENDS: 'warning',
  LM_OPEN_RESOLVER: 'error',
  LM_NO_INTERNET: 'error',
  LM_DHCP_AND_HOTSPOT: 'warning',
  LM_HYBRID_UNPROVEN: 'warning',
  LM_GARDEN_CLOSED: 'info',
  LM_FASTTRACK: 'warning',
  LM_FASTPATH: 'warning',
  LM_HARDWARE_OFFLOAD: 'warning',
  LM_NO_COUNTER: 'warning',
  LM_ACCOUNTING_FULL: 'warning',
  LM_NOT_COLLECTED: 'warning',
  LM_OMADA_UNREACHABLE: 'error',
  LM_OMADA_UNTRUSTED: 'error',
  LM_OMADA_OPERATOR: 'error',
  LM_OMADA_REFUSED: 'error',
  LM_OMADA_VERSION: 'error',
} as const satisfies Readonly<Record<string, Severity>>;

export type DoctorCode = keyof typeof severities;

/** What is wrong with something, in a line, and what mends it: a command of RouterOS or of ours, or words. */
export interface Trouble {
  readonly code: DoctorCode;
  readonly says: string;
  readonly mend: string;
}

export interface DoctorFinding extends Trouble {
  /** A router, a controller, or `radius` for packets of nobody who is declared. */
  readonly target: string;
  readonly severity: Severity;
}

/** What was looked at, and what came of it. */
export interface Diagnosis {
  readonly examined: readonly Examined[];
  /** By target; errors first, what is for information last. */
  readonly findings: readonly DoctorFinding[];
}

export interface Examined {
  readonly target: string;
  readonly kind: 'router' | 'controller';
  readonly reached: boolean;
  readonly version?: string;
}

export function findingOf(target: string, { code, says, mend }: Trouble): DoctorFinding {
  return { target, code, severity: severities[code], says, mend };
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** In the order they are told: by target, errors first, then as they were found; each once. */
export function inOrder(findings: readonly DoctorFinding[]): readonly DoctorFinding[] {
  const once = new Map(findings.map((finding) => [`${finding.target}\n${finding.code}\n${finding.says}`, finding]));
  return [...once.values()].sort((a, b) => compare(a.target, b.target) || ranks[a.severity] - ranks[b.severity]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
