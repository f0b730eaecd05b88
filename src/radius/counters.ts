/** What is counted, each by NAS and by a detail of its own. */
export type RadiusMetric =
  /** Detail: name of the code. */
  | 'requests'
  /** Detail: name of the code. */
  | 'replies'
  /** Detail: why. */
  | 'rejected'
  /** Detail: why. Silent: the NAS will ask again, or ask another. */
  | 'dropped'
  /** Detail: `resent`, `working` or `conflict`. */
  | 'duplicates'
  /** Detail: the system's code. */
  | 'send-errors'
  /** Detail: name of the attribute whose value did not fit its type. */
  | 'attr-invalid'
  /** Detail: `taken`. Access-Requests without Message-Authenticator, of NAS that need not sign. */
  | 'unsigned';

export interface CounterSample {
  readonly metric: RadiusMetric;
  readonly nas: string;
  readonly detail: string;
  readonly value: number;
}

/** Counters of one NAS. */
export interface NasCounters {
  add(metric: RadiusMetric, detail: string): void;
}

/** All counters, cheap to add to and read as a whole when somebody scrapes. */
export interface RadiusCounters {
  of(nas: string): NasCounters;
  samples(): CounterSample[];
}

export function radiusCounters(): RadiusCounters {
  const byNas = new Map<string, Map<RadiusMetric, Map<string, { value: number }>>>();
  return {
    of(nas) {
      const metrics = within(byNas, nas, () => new Map<RadiusMetric, Map<string, { value: number }>>());
      return {
        add(metric, detail) {
          const known = metrics.get(metric)?.get(detail);
          if (known !== undefined) {
            known.value += 1;
            return;
          }
          const details = within(metrics, metric, () => new Map<string, { value: number }>());
          within(details, detail, () => ({ value: 0 })).value += 1;
        },
      };
    },
    samples() {
      return [...byNas].flatMap(([nas, metrics]) =>
        [...metrics].flatMap(([metric, details]) =>
          [...details].map(([detail, { value }]) => ({ metric, nas, detail, value })),
        ),
      );
    },
  };
}

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
