/** How a value begins that SOPS encrypted in place. */
export const sealedMark = 'ENC[AES256_GCM,';

/** Does this stand for a value that SOPS encrypted? */
export function isSealedText(text: string): boolean {
  return text.startsWith(sealedMark);
}
