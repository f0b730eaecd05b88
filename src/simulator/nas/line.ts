/** A way to a RADIUS server with up to 256 requests open at a time: a UDP port, or a connection. */
export interface Line {
  /** Rejects when there is no such way. */
  readonly ready: Promise<void>;
  readonly hasRoom: boolean;
  reserve(): void;
  open(address: string, port: number, genuine: Pending['genuine']): Call;
  close(): void;
}

/** One request on its way. */
export interface Call {
  readonly identifier: number;
  readonly reply: Promise<Buffer>;
  send(request: Buffer): void;
  close(): void;
}

export interface Pending {
  readonly address: string;
  readonly port: number;
  request?: Buffer;
  readonly genuine: (reply: Buffer, request: Buffer) => boolean;
  readonly resolve: (reply: Buffer) => void;
}
