import { eapType } from './packet.ts';
import type { TlsTunnel } from './tls-tunnel.ts';

const labels: Readonly<Record<number, string>> = {
  [eapType.tls]: 'client EAP encryption',
  [eapType.peap]: 'client EAP encryption',
  [eapType.ttls]: 'ttls keying material',
};

/** The 64 octets of MSK (RFC 5216 §2.3, 5281 §8; with TLS 1.3 RFC 9190 §2.3, 9427 §2.1). */
export function tunnelMsk(tunnel: TlsTunnel, type: number): Buffer {
  const material = tunnel.isTls13
    ? tunnel.exportKey(128, 'EXPORTER_EAP_TLS_Key_Material', Buffer.of(type))
    : tunnel.exportKey(128, labels[type] ?? '');
  return material.subarray(0, 64);
}
