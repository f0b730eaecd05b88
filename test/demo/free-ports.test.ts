import { describe, expect, it } from 'vitest';
import { freeUdpPorts } from '../../src/demo/free-ports.ts';

describe('free UDP ports', () => {
  it('differ from one another', async () => {
    const ports = await freeUdpPorts(Array.from({ length: 20 }, () => '127.0.0.1'));

    expect(new Set(ports).size).toBe(20);
  });

  it('on an address this machine lacks are asked for in vain, with the mend', async () => {
    // TEST-NET-1 (RFC 5737): nobody has it.
    await expect(freeUdpPorts(['127.0.0.1', '192.0.2.77'])).rejects.toThrow('sudo ifconfig lo0 alias 192.0.2.77');
  });
});
