import type { Plain } from '../manifest/plain-value.ts';
import { schemaErrors } from '../manifest/schema-check.ts';
import { asOf } from '../model/as-of.ts';
import { resolveModel } from '../model/resolve/resolve-model.ts';
import type { SecretResolver } from '../model/secret-values.ts';
import { checkAttribute, hidesValue } from '../radius/dictionary/check-attribute.ts';
import { type Made, madeOf } from './outcome.ts';
import { declarationsOf, type Scope, type ScopedObject } from './scope.ts';

/** What a scope comes to, or the first thing that is wrong with it. */
export type Evaluated = { readonly made: readonly Made[] } | { readonly error: string };

export interface EvaluateOptions {
  readonly secrets: SecretResolver;
  /** Wall time. */
  readonly now: number;
  /** Menus of routers that are of interest. Absent: all. */
  readonly menus?: ReadonlySet<string>;
}

/** What an object becomes, by the parts that reconcile and serve. Pure, but for what the resolver does. */
export function evaluate(scope: Scope, object: ScopedObject, { secrets, now, menus }: EvaluateOptions): Evaluated {
  const wrong = scope.objects.find(({ kind, name, spec }) => {
    const document = { apiVersion: 'lastmile/v1', kind, metadata: { name }, spec: spec as Plain };
    return schemaErrors(kind, document).length > 0;
  });
  if (wrong !== undefined) return { error: `${wrong.kind}/${wrong.name} does not meet its schema` };
  const { model, problems } = resolveModel(declarationsOf(scope), {
    secrets: { resolver: secrets, mode: 'use', textAllowed: () => true },
    attributeCheck: checkAttribute,
    attributeHides: hidesValue,
  });
  const first = problems.find(({ severity }) => severity === 'error');
  if (first !== undefined) return { error: first.message };
  return { made: madeOf(asOf(model, now), object, menus) };
}
