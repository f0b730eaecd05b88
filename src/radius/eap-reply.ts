/** What an EAP conversation adds to a reply. */
export interface EapReply {
  readonly packet: Buffer;
  /** 64 octets, from which NAS and peer encrypt. */
  readonly msk?: Buffer;
}
