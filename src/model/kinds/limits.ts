/** Days and times of day, in the operator's time zone, or its own. */
export interface TimeWindow {
  /** 0 is Sunday. Sorted, at least one. */
  readonly days: readonly number[];
  /** Minutes since midnight. `till` at or before `from`: till the next day. */
  readonly from: number;
  readonly till: number;
  /** IANA. Absent: the operator's. */
  readonly timezone?: string;
}

/** Somebody suspended stays online, slowly, and meets a page. */
export interface SuspendRedirect {
  /** Name of the address list on the routers that holds who is suspended. */
  readonly addressList: string;
  readonly rate?: Rate;
  /** PortalSite whose page they meet. Absent: no redirect, only the list and the rate. */
  readonly site?: string;
}

/** Bit/s, named from the subscriber's side. */
export interface Rate {
  readonly down: number;
  readonly up: number;
  readonly burst?: {
    readonly down: number;
    readonly up: number;
    /** Absent: the rates themselves. */
    readonly thresholdDown?: number;
    readonly thresholdUp?: number;
    readonly seconds: number;
  };
  readonly guaranteed?: { readonly down: number; readonly up: number };
  /** 1 to 8. */
  readonly priority?: number;
}
