declare module 'radius' {
  export type Attribute =
    | readonly [string | number, string | number | Buffer | Date]
    | readonly ['Vendor-Specific', number, readonly (readonly [number, Buffer])[]];

  export interface EncodeOptions {
    readonly code: string;
    readonly secret: string | Buffer;
    readonly identifier?: number;
    readonly authenticator?: Buffer;
    readonly attributes?: Attribute[];
    readonly add_message_authenticator?: boolean;
  }

  export interface Packet {
    readonly code: string;
    readonly identifier: number;
    readonly length: number;
    readonly authenticator: Buffer;
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly raw_attributes: readonly (readonly [number, Buffer])[];
  }

  export interface EncodeResponseOptions {
    readonly packet: Packet;
    readonly code: string;
    readonly secret: string | Buffer;
    readonly attributes?: Attribute[];
  }

  const radius: {
    encode(options: EncodeOptions): Buffer;
    encode_response(options: EncodeResponseOptions): Buffer;
    decode(options: { readonly packet: Buffer; readonly secret: string | Buffer }): Packet;
    decode_without_secret(options: { readonly packet: Buffer }): Packet;
  };
  // biome-ignore lint/style/noDefaultExport: it is how a CommonJS package is imported
  export default radius;
}
