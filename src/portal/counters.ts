/** How far a login came: `sent` to the router and then `online`, `accepted` by the controller, or why not. */
export type LoginResult = string;

export interface LoginSample {
  readonly site: string;
  readonly method: string;
  readonly result: LoginResult;
  readonly value: number;
}

export interface RefusalSample {
  readonly reason: string;
  readonly value: number;
}

/** What the portal counts. Labels are declared names and our own words, never what a guest sent. */
export interface PortalCounters {
  login(site: string, method: string, result: LoginResult): void;
  refusal(reason: string): void;
  /** For `lastmile_portal_logins_total`. */
  logins(): readonly LoginSample[];
  /** For `lastmile_portal_refusals_total`. */
  refusals(): readonly RefusalSample[];
}

export function portalCounters(): PortalCounters {
  const logins = new Map<string, { site: string; method: string; result: string; value: number }>();
  const refusals = new Map<string, number>();
  return {
    login(site, method, result) {
      const key = [site, method, result].join('\0');
      const known = logins.get(key);
      if (known === undefined) logins.set(key, { site, method, result, value: 1 });
      else known.value += 1;
    },
    refusal(reason) {
      refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
    },
    logins: () => [...logins.values()].map((each) => ({ ...each })),
    refusals: () => [...refusals].map(([reason, value]) => ({ reason, value })),
  };
}
