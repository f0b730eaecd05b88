/** What somebody shows to prove who they are. All fields are octets, as they came. */
export type Credential =
  | { readonly method: 'pap'; readonly password: Uint8Array }
  | {
      readonly method: 'chap';
      readonly identifier: number;
      readonly challenge: Uint8Array;
      /** 16 octets. */
      readonly response: Uint8Array;
    }
  | {
      readonly method: 'mschap1';
      /** 8 octets. */
      readonly challenge: Uint8Array;
      /** 24 octets; absent when the peer answered with the LAN Manager hash alone. */
      readonly ntResponse?: Uint8Array;
    }
  | {
      readonly method: 'mschap2';
      /** 16 octets. */
      readonly challenge: Uint8Array;
      /** 16 octets. */
      readonly peerChallenge: Uint8Array;
      /** 24 octets. */
      readonly ntResponse: Uint8Array;
      /** As the peer typed it: it is part of what was hashed. */
      readonly username: string;
    }
  /** Nothing we can verify: EAP, an unknown method, no password at all. */
  | { readonly method: 'none' };

/** What a right MS-CHAP answer lets us tell the peer and the NAS. Keys are clear: hide them before they go out. */
export type CredentialProof =
  | {
      readonly method: 'mschap1';
      /** NT key of MS-CHAP-MPPE-Keys (RFC 2548 §2.4.1), 16 octets. */
      readonly ntKey: Uint8Array;
    }
  | {
      readonly method: 'mschap2';
      /** `S=` and 40 hex digits (RFC 2759 §5). */
      readonly authenticatorResponse: string;
      /** 16 octets each; directions are the server's. */
      readonly sendKey: Uint8Array;
      readonly receiveKey: Uint8Array;
    };
