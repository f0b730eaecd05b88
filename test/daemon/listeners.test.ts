import { describe, expect, it } from 'vitest';
import { type ListenPlan, sameListeners } from '../../src/daemon/listeners.ts';

const plan: ListenPlan = {
  auth: [{ host: '0.0.0.0', port: 1812 }],
  accounting: [{ host: '0.0.0.0', port: 1813 }],
  portal: { host: '0.0.0.0', port: 8080, tls: false },
  admin: { host: '127.0.0.1', port: 9812 },
};

describe('listeners that are declared anew', () => {
  it('take a restart when an address is another, or the portal begins or ends with TLS', () => {
    const { portal: _, ...withoutPortal } = plan;

    expect(sameListeners(plan, plan)).toBe(true);
    expect(sameListeners(plan, { ...plan, admin: { host: '127.0.0.1', port: 9813 } })).toBe(false);
    expect(sameListeners(plan, { ...plan, portal: { host: '0.0.0.0', port: 8080, tls: true } })).toBe(false);
    expect(sameListeners(plan, { ...plan, portal: { host: '0.0.0.0', port: 8443, tls: false } })).toBe(false);
    expect(sameListeners(plan, withoutPortal)).toBe(true);
  });
});
