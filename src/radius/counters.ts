import { codeName } from './packet/codes.ts';

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
  /** Where it came in: of what was dropped. */
  readonly socket?: string;
  readonly value: number;
}

/** Counters of one NAS. */
export interface NasCounters {
  add(metric: RadiusMetric, detail: string, socket?: string): void;
  /** The same of packets by their code, without its name being looked up: every login is counted twice. */
  addCode(metric: 'requests' | 'replies', code: number): void;
}

/** All counters, cheap to add to and read as a whole when somebody scrapes. */
export interface RadiusCounters {
  of(nas: string): NasCounters;
  samples(): CounterSample[];
}

interface Count {
  readonly detail: string;
  readonly socket?: string;
  value: number;
}

export function radiusCounters(): RadiusCounters {
  const byNas = new Map<string, Map<RadiusMetric, Map<string, Count>>>();
  return {
    of(nas) {
      const metrics = within(byNas, nas, () => new Map<RadiusMetric, Map<string, Count>>());
      const countOf = (metric: RadiusMetric, detail: string, socket?: string): Count => {
        const key = socket === undefined ? detail : `${detail} ${socket}`;
        return (
          metrics.get(metric)?.get(key) ??
          within(
            within(metrics, metric, () => new Map<string, Count>()),
            key,
            () => ({ detail, ...(socket === undefined ? {} : { socket }), value: 0 }),
          )
        );
      };
      const byCode: Record<'requests' | 'replies', (Count | undefined)[]> = { requests: [], replies: [] };
      return {
        add(metric, detail, socket) {
          countOf(metric, detail, socket).value += 1;
        },
        addCode(metric, code) {
          const known = byCode[metric][code];
          const count = known ?? countOf(metric, codeName(code));
          if (known === undefined) byCode[metric][code] = count;
          count.value += 1;
        },
      };
    },
    samples() {
      return [...byNas].flatMap(([nas, metrics]) =>
        [...metrics].flatMap(([metric, details]) => [...details.values()].map((count) => ({ metric, nas, ...count }))),
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
