import type { PlaceLock } from '../model/kinds/access-rules.ts';

/** Where a login comes from, as its NAS says. */
export interface LoginPlace {
  readonly nas: string;
  /** `AA:BB:CC:DD:EE:FF`, where the NAS sends a MAC. */
  readonly mac?: string | undefined;
  /** NAS-Port-Id, and NAS-Port in digits. */
  readonly ports: readonly string[];
  readonly circuitId?: string | undefined;
}

/** Does a lock speak against this place? What the NAS does not say cannot be what is asked for. Pure. */
export function objectionToPlace(lock: PlaceLock, place: LoginPlace): 'wrong-device' | 'wrong-place' | undefined {
  const { macs, nas, port, circuitId } = lock;
  if (nas !== undefined && !nas.includes(place.nas)) return 'wrong-place';
  if (port !== undefined && !place.ports.includes(port)) return 'wrong-place';
  if (circuitId !== undefined && circuitId !== place.circuitId) return 'wrong-place';
  if (macs !== undefined && (place.mac === undefined || !macs.includes(place.mac))) return 'wrong-device';
  return undefined;
}

/** Which devices a login is used with. */
export interface DeviceMemory {
  /** Is it one of the first so many, or is there room for it among them? */
  admits(username: string, mac: string, max: number): boolean;
  /** Is it one of them? */
  has?(username: string, mac: string): boolean;
  /** It was let in: it is one of them from now on. */
  learn(username: string, mac: string): void;
}
