import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../base/secret.ts';
import type { GuestContext, GuestStatus } from './context.ts';

/** What we sign, by what it is for: one is never taken for the other. */
interface Signed {
  readonly context: GuestContext;
  readonly status: GuestStatus;
}

const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

/** Facts about a guest in a form that a browser can carry and not change. */
export function signToken<P extends keyof Signed>(key: Secret, purpose: P, facts: Signed[P]): string {
  const payload = Buffer.from(JSON.stringify(facts)).toString('base64url');
  return `${payload}.${digest(key, purpose, payload).toString('base64url')}`;
}

/**
 * The facts of a token we signed, whether still in time or not; `undefined` for anything else. Compared in constant time,
 * and nothing is parsed that we did not write.
 */
export function readToken<P extends keyof Signed>(key: Secret, purpose: P, token: string): Signed[P] | undefined {
  const [, payload, signature] = shape.exec(token) ?? [];
  if (payload === undefined || signature === undefined) return undefined;
  // As text: the last symbol of 43 holds two bits that decoding drops.
  const own = digest(key, purpose, payload).toString('base64url');
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(own))) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Signed[P];
}

function digest(key: Secret, purpose: string, payload: string): Buffer {
  return createHmac('sha256', key.reveal()).update(`lastmile/portal-${purpose}/1\0${payload}`).digest();
}
