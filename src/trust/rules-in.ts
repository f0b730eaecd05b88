import { collectText } from '../manifest/load-manifest.ts';
import type { TrustRules } from '../model/kinds/trust.ts';
import { trustRulesOf } from '../model/trust-rules.ts';

interface File {
  readonly path: string;
  readonly text: string;
}

/** Of a file: what its Operator says of signers, `none` of one without an Operator. */
type Found = 'none' | 'unknown' | { readonly verify: TrustRules | undefined };

/** Files are the same objects as long as they do not change. */
const foundIn = new WeakMap<File, Found>();

/**
 * What declarations say of who may sign those after them, without reading the rest of them. Pure.
 *
 * @returns `undefined`: they say nothing of it; `unknown`: what says it cannot be read, so what held before holds on
 */
export function trustRulesIn(files: readonly File[]): TrustRules | undefined | 'unknown' {
  let rules: TrustRules | undefined;
  for (const file of files) {
    const found = foundIn.get(file) ?? look(file);
    foundIn.set(file, found);
    if (found === 'unknown') return 'unknown';
    if (found !== 'none') rules = found.verify ?? rules;
  }
  return rules;
}

function look({ path, text }: File): Found {
  if (!/\bkind["']?\s*:\s*["']?Operator\b/.test(text)) return 'none';
  const { operators, incomplete } = collectText(path, text);
  if (incomplete.operator) return 'unknown';
  const verify = operators[0]?.spec.source?.verify;
  if (verify === undefined) return operators.length === 0 ? 'none' : { verify: undefined };
  let wrong = false;
  const rules = trustRulesOf(verify, () => {
    wrong = true;
  });
  return wrong ? 'unknown' : { verify: rules };
}
