import type { AdoptedFile } from './files.ts';

/** A place where a secret may stand in clear: `routers/core-1.yaml:12`, and by what it looks like one: `password=`. */
export interface ClearSecret {
  readonly at: string;
  readonly word: string;
}

/**
 * As commands of RouterOS and addresses of web pages have them. What comes out of a variable or a command is none. Each begins
 * where a word does: a long line has thousands of places where one might.
 */
const assignment =
  /(?<![\w-])(?![\w-]*public-key=)([\w-]*(?:password|passwd|pass|pwd|passphrase|secret|token|psk|key|clave|senha)=)\\*["']?(?![$[(]|(?:yes|no|none|true|false)\b)[^\s;"'\\]{2,}/gi;

/** `:local ftpPass "…"`, as scripts begin. */
const variable =
  /:(?:local|global|set) +\\*"?([\w-]*(?:pass|pwd|psk|secret|token|apikey|clave|senha|contrase)[\w-]*) +\\*["']?(?![$[({\\"']|(?:yes|no|none|true|false)\b)[^\s;"'\\]{2,}/gi;

/** `https://user:…@host`, and the address of a Telegram bot. */
const inAddress =
  /(?<![a-z+])([a-z][a-z+]*:\/\/[^\s/:@"'$]+:)(?![$[(])[^\s/@"'$]{2,}@|(api\.telegram\.org\/bot\d+:)[\w-]{4,}/gi;

/**
 * Free text, scripts above all, goes into files as it is: where something in it looks like a secret, and which rows of
 * SNMP have a name that alone lets people in. Pure.
 */
export function clearSecrets(files: readonly AdoptedFile[]): readonly ClearSecret[] {
  return files.flatMap((file) => {
    const lines = file.text.split('\n');
    const written = lines.flatMap((line, at) => wordsIn(line).map((word) => ({ line: at + 1, word })));
    const found = [...written, ...communities(file, lines)].sort((one, other) => one.line - other.line);
    return found.map(({ line, word }) => ({ at: `${file.path}:${line}`, word }));
  });
}

function wordsIn(line: string): readonly string[] {
  const found = [assignment, variable, inAddress].flatMap((pattern) => [...line.matchAll(pattern)]);
  return found.map(([, one, other]) => one ?? other ?? '');
}

/** What SNMP 1 and 2 ask for is the name of the community. */
function communities({ spans }: AdoptedFile, lines: readonly string[]) {
  return spans.flatMap(({ tag, from, to }) => {
    if (!tag.startsWith('config /snmp/community ')) return [];
    const row = lines.slice(from - 1, to).join('\n');
    return /\bsecurity: "?(?:authorized|private)\b/.test(row) ? [] : [{ line: from, word: 'community ' }];
  });
}
