import type { Secret } from '../../base/secret.ts';
import type { Origin } from '../origin.ts';
import type { PlaceLock } from './access-rules.ts';
import type { ExtraAttribute, ServicePlan } from './service.ts';

/** What one login gets: a subscriber joined with one of its services. It has a username, or MACs, or both. */
export interface Subscription {
  /** `anna`, or `anna/tv` when the subscriber has several services. */
  readonly id: string;
  /** `metadata.name` of the subscriber. */
  readonly subscriber: string;
  /** The oldest name of a subscriber that was renamed. */
  readonly firstName?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly service: ServicePlan;
  /** Absent: known by its MACs alone. */
  readonly username?: string;
  /** Present when `username` is, or `passwordHash` instead. */
  readonly password?: Secret;
  /** In a form of `parsePasswordHash`. Only RADIUS can do with it. */
  readonly passwordHash?: Secret;
  /** Of its wireless devices (WPA2), where the subscriber has a `password` and no `username`. */
  readonly passphrase?: Secret;
  /** Devices let in by their MAC (`AA:BB:CC:DD:EE:FF`), in the order declared. */
  readonly macs: readonly string[];
  /** Routers that hold a local row for it. */
  readonly localOn: readonly string[];
  /** True when those rows are kept disabled until the router is without us (`hybrid`). Then `radius` is true as well. */
  readonly fallback?: boolean;
  /** May it log in by RADIUS? */
  readonly radius: boolean;
  /** Where it may be used from, and with what. */
  readonly lock?: PlaceLock;
  /** Fixed IPv4 address. */
  readonly address?: string;
  /** Fixed prefixes: of the link, and delegated. */
  readonly ipv6?: { readonly prefix?: string; readonly delegated?: string };
  /** Networks behind the subscriber. */
  readonly routes?: readonly SubscriberRoute[];
  readonly attributes: readonly ExtraAttribute[];
  readonly state: 'active' | 'suspended' | 'disabled';
  readonly reason?: string;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  /** Since when the subscriber has it, as declared: milliseconds since 1970. */
  readonly since?: number;
  readonly origin: Origin;
}

export interface SubscriberRoute {
  /** IPv4 prefix. */
  readonly destination: string;
  /** Absent: the subscriber's own address. */
  readonly gateway?: string;
  readonly metric?: number;
}
