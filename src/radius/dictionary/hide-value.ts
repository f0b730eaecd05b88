import { maskAscendSecret } from '../packet/ascend-secret.ts';
import { hidePassword } from '../packet/password.ts';
import { hideSalted } from '../packet/salted.ts';
import type { SharedKey } from '../packet/shared-key.ts';
import type { AttributeDefinition } from './definition.ts';

/** What the values of one packet are hidden with. */
export interface Hiding {
  readonly requestAuthenticator: Uint8Array;
  readonly key: SharedKey;
  /** Two octets, others for each value of a packet (RFC 2868 §3.5). */
  readonly salt: () => Uint8Array;
}

/** The value as it travels; as it is, where it need not be hidden. The tag of RFC 2868 stays in the clear before it. */
export function hideValue(definition: AttributeDefinition, value: Uint8Array, hiding: Hiding): Uint8Array {
  const { requestAuthenticator, key, salt } = hiding;
  switch (definition.encryption) {
    case 'password':
      return hidePassword(value, requestAuthenticator, key);
    case 'ascend':
      return maskAscendSecret(value, requestAuthenticator, key);
    case 'salted': {
      const tag = definition.tagged === true ? value.subarray(0, 1) : new Uint8Array();
      const hidden = hideSalted(value.subarray(tag.length), salt(), requestAuthenticator, key);
      return Buffer.concat([tag, hidden]);
    }
    default:
      return value;
  }
}

/** Octets there is room for before they are hidden: blocks of 16, of which one octet is the length, behind tag and salt. */
export function hiddenLength({ encryption, vendor, tagged }: AttributeDefinition): number {
  if (encryption === 'ascend') return 16;
  if (encryption === 'password') return 128;
  const room = (vendor === undefined ? 253 : 247) - 2 - (tagged === true ? 1 : 0);
  return Math.floor(room / 16) * 16 - 1;
}
