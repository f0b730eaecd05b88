import { compact } from '../../base/compact.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import type { SourceSettings } from '../kinds/operator.ts';
import { trustRulesOf } from '../trust-rules.ts';
import { error, type Resolving, uniqueEntries } from './resolving.ts';

/** `source` of the Operator: how declarations are taken from git. */
export function resolveSource(to: Resolving, declared: Declared<OperatorSpec>): SourceSettings | undefined {
  const { source } = declared.spec;
  if (source === undefined) return undefined;
  const { hooks = [], rewrites, verify } = source;
  uniqueEntries(to, hooks, ({ name }) => name, declared, ['spec', 'source', 'hooks'], 'name');
  const complain = (message: string, path: readonly (string | number)[], hint?: string): void =>
    error(to, 'LM_SIGNER', message, declared, ['spec', 'source', 'verify', ...path], hint);
  return compact({
    rewrites,
    verify: verify === undefined ? undefined : trustRulesOf(verify, complain),
    hooks: hooks.map(({ name, secret }, index) => ({
      name,
      secret: to.secrets.read(secret, {
        place: declared,
        kind: 'Operator',
        firstName: declared.previousNames[0] ?? declared.name,
        field: `source.hooks.${name}.secret`,
        path: ['source', 'hooks', index, 'secret'],
        symbols: 32,
      }),
    })),
  });
}
