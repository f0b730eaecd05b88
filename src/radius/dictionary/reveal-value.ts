import { maskAscendSecret } from '../packet/ascend-secret.ts';
import { unmask } from '../packet/password.ts';
import { revealSalted } from '../packet/salted.ts';
import type { AttributeDefinition } from './definition.ts';
import type { Hiding } from './hide-value.ts';

/** The value that `hideValue` hid, its tag before it; as it is, where it is not hidden. Nothing when it cannot be one. */
export function revealValue(
  definition: AttributeDefinition,
  value: Uint8Array,
  { requestAuthenticator, key }: Omit<Hiding, 'salt'>,
): Uint8Array | undefined {
  switch (definition.encryption) {
    case 'password':
      return value.length === 0 || value.length % 16 !== 0 || value.length > 128
        ? undefined
        : unmask(value, requestAuthenticator, key);
    case 'ascend':
      return value.length === 16 ? maskAscendSecret(value, requestAuthenticator, key) : undefined;
    case 'salted': {
      const tag = definition.tagged === true ? value.subarray(0, 1) : new Uint8Array();
      const clear = revealSalted(value.subarray(tag.length), requestAuthenticator, key);
      return clear === undefined ? undefined : Buffer.concat([tag, clear]);
    }
    default:
      return value;
  }
}
