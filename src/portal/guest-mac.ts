import { parseMac } from '../base/mac.ts';

/** The address of one device, as `AA:BB:CC:DD:EE:FF`: none that means a group, everybody or nobody (IEEE 802 §8.2). */
export function guestMac(text: string): string | undefined {
  const mac = parseMac(text);
  const group = mac !== undefined && Number.parseInt(mac.slice(0, 2), 16) % 2 === 1;
  return group || mac === '00:00:00:00:00:00' ? undefined : mac;
}
