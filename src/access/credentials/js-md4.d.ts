declare module 'js-md4' {
  const md4: { array(octets: Uint8Array): number[] };
  // biome-ignore lint/style/noDefaultExport: it is what the CommonJS package gives
  export default md4;
}
