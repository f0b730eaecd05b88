import type { Declared, PolicySpec, Problem } from '../model/declarations.ts';
import { type PolicedKind, policedKinds } from '../model/kinds/policy.ts';
import { checkExpression } from './check-expression.ts';
import { ExpressionError } from './expression-error.ts';
import { messageParts } from './message.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

type Rule = PolicySpec['rules'][number];

/** What is wrong with expressions of policies, each with its place in the text. */
export function checkPolicies(policies: readonly Declared<PolicySpec>[]): readonly Problem[] {
  const vocabularies = new Map<string, Vocabulary>();
  const vocabularyFor = (over: NonNullable<Rule['over']>, kind?: PolicedKind): Vocabulary => {
    const key = `${over} ${kind ?? ''}`;
    const known = vocabularies.get(key) ?? vocabularyOf(over, kind);
    vocabularies.set(key, known);
    return known;
  };
  return policies.flatMap((policy) =>
    policy.spec.rules.flatMap((rule, at) => {
      const { over = 'object', match } = rule;
      const kinds = over === 'object' ? (match?.kinds ?? policedKinds) : [undefined];
      return ruleProblems(
        policy,
        rule,
        at,
        kinds.map((kind) => ({ kind, vocabulary: vocabularyFor(over, kind) })),
      );
    }),
  );
}

interface Of {
  readonly kind: PolicedKind | undefined;
  readonly vocabulary: Vocabulary;
}

function ruleProblems(policy: Declared<PolicySpec>, rule: Rule, at: number, all: readonly Of[]): readonly Problem[] {
  const texts = [
    ...(['deny', 'warn'] as const).flatMap((field) => {
      const text = rule[field];
      return text === undefined ? [] : [{ field, whole: text, text, start: 0, wants: 'bool' as const }];
    }),
    ...messageParts(rule.message).flatMap((part) =>
      'words' in part
        ? []
        : [{ field: 'message', whole: rule.message, text: part.expression, start: part.start, wants: 'any' as const }],
    ),
  ];
  return texts.flatMap(({ field, whole, text, start, wants }) => {
    const found = firstFault(text, wants, all, rule.match?.kinds !== undefined);
    if (found === undefined) return [];
    const { error, hint } = found;
    return [
      {
        severity: 'error' as const,
        code: 'LM_POLICY_EXPRESSION',
        message: `in the ${field === 'message' ? 'message' : 'expression'} of the rule ${rule.name}: ${error.message}`,
        place: policy,
        path: ['spec', 'rules', at, field],
        within: within(whole, start + error.start, start + error.end),
        ...(hint === undefined ? {} : { hint }),
      },
    ];
  });
}

/** That of the first kind that it does not fit. */
function firstFault(text: string, wants: 'bool' | 'any', all: readonly Of[], isNarrowed: boolean) {
  for (const { kind, vocabulary } of all) {
    try {
      checkExpression(text, wants, vocabulary);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const fitsOthers = all.some((each) => fits(text, wants, each.vocabulary));
      const hint =
        fitsOthers && !isNarrowed ? `${kind} has none: say which kinds have, with match: {kinds: [...]}` : error.hint;
      return { error, hint };
    }
  }
  return undefined;
}

function fits(text: string, wants: 'bool' | 'any', vocabulary: Vocabulary): boolean {
  try {
    checkExpression(text, wants, vocabulary);
    return true;
  } catch {
    return false;
  }
}

/** The words that are meant, so that they are found however the text is written in its file. */
function within(text: string, start: number, end: number): { readonly words: string; readonly nth: number } {
  const from = Math.min(start, Math.max(0, text.trimEnd().length - 1));
  const words = /^\S+/.exec(text.slice(from, Math.max(end, from + 1)))?.[0] ?? text.charAt(from);
  let nth = 0;
  for (let at = text.indexOf(words); at !== -1 && at < from; at = text.indexOf(words, at + 1)) nth += 1;
  return { words, nth };
}
