import type { Nas } from '../../directory/reader.ts';

/** Whether a NAS signs its requests. */
export type LearnedPolicy = 'require' | 'off';

/** What was found out about NAS that are declared `messageAuthenticator: learn`. Must be quick: it is asked between packets. */
export interface LearnedSigning {
  /** Of this NAS at this address; another address is another device. */
  of(nas: Nas): LearnedPolicy | undefined;
  keep(nas: Nas, policy: LearnedPolicy): void;
}

/** Kept as long as the process lives. */
export function learnedSigning(): LearnedSigning {
  const learned = new Map<string, { readonly address: string; readonly policy: LearnedPolicy }>();
  return {
    of({ name, clientAddress }) {
      const known = learned.get(name);
      return known?.address === clientAddress ? known.policy : undefined;
    },
    keep({ name, clientAddress }, policy) {
      learned.set(name, { address: clientAddress, policy });
    },
  };
}
