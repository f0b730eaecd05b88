import { readFile, stat } from 'node:fs/promises';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import { collectText } from '../manifest/load-manifest.ts';
import type { TrustRules } from '../model/kinds/trust.ts';
import { trustRulesOf } from '../model/trust-rules.ts';

/** Who may sign is told by a file of this machine, and that cannot be taken as it is. */
export class TrustFileError extends LastmileError {
  readonly code = 'LM_TRUST_FILE';
  readonly retry = 'never';
}

/** What stands around the same fields in a declaration. */
const around = [
  'apiVersion: lastmile/v1',
  'kind: Operator',
  'metadata: {name: trust}',
  'spec:',
  '  source:',
  '    verify:',
];
const indent = '      ';
const largest = 8 * 1024 * 1024;

/** Reads `signers:` from a file that no repository can change. @throws TrustFileError */
export async function readTrustFile(path: string): Promise<TrustRules> {
  try {
    const { mode, size } = await stat(path);
    if ((mode & 0o002) !== 0) throw new TrustFileError(`${path} can be written by anybody here: chmod o-w ${path}`);
    if (size > largest) throw new TrustFileError(`${path} is larger than ${largest / 1024 / 1024} MiB`);
    return parseTrustFile(path, await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof TrustFileError) throw error;
    throw new TrustFileError(`${path}, which says who may sign, cannot be read: ${codeOf(error) ?? messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The same fields, and the same words about them, as below `source.verify` of an Operator. Pure. @throws TrustFileError */
export function parseTrustFile(path: string, text: string): TrustRules {
  const lines = text.split(/\r?\n/).map((line) => (line === '' ? '' : `${indent}${line}`));
  const { operators, issues } = collectText(path, [...around, ...lines].join('\n'));
  const wrong = issues.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) {
    const place = `${path}:${Math.max(1, wrong.line - around.length)}:${Math.max(1, wrong.column - indent.length)}`;
    throw new TrustFileError(`${place}: ${wrong.message}${wrong.hint === undefined ? '' : ` (${wrong.hint})`}`);
  }
  const verify = operators[0]?.spec.source?.verify;
  if (verify === undefined) throw new TrustFileError(`${path} names no signers: as below source.verify of an Operator`);
  return trustRulesOf(verify, (message, at, hint) => {
    throw new TrustFileError(`${path}: ${at.join('.')}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
  });
}
