import type { Property } from '../menu.ts';
import { boolean, text } from '../value-types.ts';

/** Left out of prints while empty. */
export const comment: Property = { type: text, default: '', leftOutAt: '' };
export const enabled: Property = { type: boolean, default: 'no' };
/** A flag only the router sets. */
export const flag: Property = { type: boolean, default: 'no', readonly: true };
/** Text only the router sets. */
export const shown: Property = { type: text, readonly: true };
/** A name others refer to. */
export const name: Property = { type: text, mandatory: true };
/** Shown only once written, and taken away by `unset`. */
export const optional = (type: Property['type'], since?: string): Property => ({
  type,
  clearable: true,
  unset: true,
  ...(since === undefined ? {} : { since }),
});
