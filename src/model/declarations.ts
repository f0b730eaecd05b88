import type {
  OmadaController,
  Operator,
  Policy,
  PortalSite,
  Router,
  Scenario,
  Service,
  SubscriberSpec,
} from './generated/documents.ts';
import type { Origin } from './origin.ts';

/** What the documents of a repository say, each true to its schema, none yet compared with another. */
export interface Declarations {
  readonly operators: readonly Declared<OperatorSpec>[];
  readonly routers: readonly Declared<RouterSpec>[];
  readonly services: readonly Declared<ServiceSpec>[];
  readonly subscribers: readonly Declared<SubscriberSpec>[];
  readonly portalSites: readonly Declared<PortalSiteSpec>[];
  readonly omadaControllers: readonly Declared<OmadaControllerSpec>[];
  /** Rules over all others. */
  readonly policies: readonly Declared<PolicySpec>[];
  /** Rehearsals: nothing in service depends on them. */
  readonly scenarios: readonly Declared<ScenarioSpec>[];
  /** Names of lists: unique among themselves, otherwise without meaning. */
  readonly lists: readonly Declared<undefined>[];
  /** Declared but not true to their schema: known by name, nothing else is. */
  readonly broken: {
    readonly router: ReadonlySet<string>;
    readonly service: ReadonlySet<string>;
    readonly omadaController: ReadonlySet<string>;
    readonly portalSite: ReadonlySet<string>;
  };
  /** Something of the kind is declared that could not be read or used: rules that need all of them are silent. */
  readonly incomplete: { readonly operator: boolean; readonly router: boolean };
  /** May this name be declared in a text that could not be read? */
  maybeDeclared(name: string): boolean;
}

export type OperatorSpec = Operator['spec'];
export type RouterSpec = Router['spec'];
export type ServiceSpec = Service['spec'];
export type PortalSiteSpec = PortalSite['spec'];
export type OmadaControllerSpec = OmadaController['spec'];
export type PolicySpec = Policy['spec'];
export type ScenarioSpec = Scenario['spec'];
export type { SubscriberSpec };

/** One object, with its place. */
export interface Declared<Spec> {
  readonly kind:
    | 'Operator'
    | 'Router'
    | 'Service'
    | 'Subscriber'
    | 'SubscriberList'
    | 'PortalSite'
    | 'OmadaController'
    | 'Policy'
    | 'Scenario';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly previousNames: readonly string[];
  readonly spec: Spec;
  readonly origin: Origin;
  /** Number of the document in its file, from 0. */
  readonly document: number;
  /** Index in `items` when it comes from a list. */
  readonly item?: number;
  /** Origins of entries of lists in the spec, by `pools/0`; of menus and their rows by `config//ip/pool` and `config//ip/pool/0`. */
  readonly entries?: ReadonlyMap<string, Origin>;
}

/** Anything that has a place in a file. */
export type Placed = Pick<Declared<unknown>, 'origin' | 'document' | 'item'>;

/** A rule between documents that is broken, not yet located to the column. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Absent: the repository as a whole. */
  readonly place?: Placed;
  /** As in a single document: `['spec', 'service']`, `['metadata', 'name']`. Empty: the object itself. */
  readonly path: readonly (string | number)[];
  /** Of the text at that path, the words that are meant, and how many of the same come before them. Absent: all of it. */
  readonly within?: { readonly words: string; readonly nth: number };
}
