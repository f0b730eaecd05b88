/** A key, and the beginning of its value, wherever something may look like one. */
const fields = /(?:^|[\s{,[?-])["']?([A-Za-z0-9_.-]+)["']?[ \t]*:(?=[ \t]*([^\s][^\n]{0,40})?)/gm;
/** Keys that are no plain word: the parser knows what they are. */
const oddKeys = /^[ \t]*\?[ \t]|"[^"\n]*\\[^"\n]*"[ \t]*:|[^ -~\s]["']?[ \t]*:/m;
const elsewhere = /^(?:\{\s*(?:env|file|derive)\s*:|["']?ENC\[)/;

/**
 * Whether a text of YAML may hold a value of its own below one of these keys, and not only where one is to be had, or an
 * encrypted one. False only where there is none: a thousand items are read by the parser in longer than a person wants to wait.
 */
export function mayHold(text: string, isMeant: (key: string) => boolean): boolean {
  if (oddKeys.test(text)) return true;
  const known = new Map<string, boolean>();
  for (const [, key = '', value = ''] of text.matchAll(fields)) {
    const is = known.get(key) ?? isMeant(key);
    known.set(key, is);
    if (is && !elsewhere.test(value)) return true;
  }
  return false;
}
