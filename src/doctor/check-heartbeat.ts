import { strangers } from './check-packets.ts';
import { type DoctorFinding, findingOf } from './finding.ts';

/** A RADIUS listener that misses its heartbeat. */
export interface MissedHeartbeat {
  /** `radsec` is asked over TLS. */
  readonly service: string;
  /** Where it listens, `host:port`. */
  readonly listener: string;
  readonly says: string;
}

/** What of RADIUS does not answer, ours or a peer's, and the command that asks it by hand. Pure. */
export function checkHeartbeat(missed: readonly MissedHeartbeat[]): readonly DoctorFinding[] {
  return missed.map(({ service, listener, says }) =>
    findingOf(strangers, {
      code: 'LM_RADIUS_HEARTBEAT',
      says,
      mend:
        service === 'radsec'
          ? `openssl s_client -connect ${listener}`
          : `LASTMILE_SECRET_RADIUS=… lastmile radius status-server --server ${listener}`,
    }),
  );
}
