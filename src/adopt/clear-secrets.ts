import type { ManifestFile } from '../manifest/load-manifest.ts';

/** A place where a secret may stand in clear: `routers/core-1.yaml:12`, and by what it looks like one: `password=`. */
export interface ClearSecret {
  readonly at: string;
  readonly word: string;
}

/** As commands of RouterOS and addresses of web pages have them. What comes out of a variable or a command is none. */
const assignment =
  /\b(?!public-)([\w-]*(?:password|passwd|passphrase|secret|token|psk|key))=\\*["']?(?![$[(]|(?:yes|no|none|true|false)\b)[^\s;"'\\]{2,}/gi;

/** Free text, scripts above all, goes into files as it is: where something in it looks like a secret. Pure. */
export function clearSecrets(files: readonly ManifestFile[]): readonly ClearSecret[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, at) =>
        [...line.matchAll(assignment)].map(([, word = '']) => ({ at: `${path}:${at + 1}`, word: `${word}=` })),
      ),
  );
}
