/** How many octets the type and the length of a sub-attribute have. A length of 0: the rest of the attribute is its value. */
export interface VendorFormat {
  readonly type: 1 | 2 | 4;
  readonly length: 0 | 1 | 2;
}

/** What RFC 2865 §5.26 recommends, and nearly everybody does. */
export const usualFormat: VendorFormat = { type: 1, length: 1 };

/** Vendors with a form of their own. What else does not fit the usual one is left as octets. */
const formats = new Map<number, VendorFormat>([
  [429, { type: 4, length: 0 }], // US Robotics
  [4846, { type: 2, length: 1 }], // Lucent
  [8164, { type: 2, length: 2 }], // Starent
]);

export function vendorFormat(vendor: number): VendorFormat {
  return formats.get(vendor) ?? usualFormat;
}
