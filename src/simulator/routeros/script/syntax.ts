/** One statement of a RouterOS script: a command with what stands behind it. */
export interface Statement {
  /** The words as written, with the menu they are relative to: `['ppp', 'secret', 'enable']`. */
  readonly words: readonly string[];
  /** `:put`, `:if`: a command of the language itself. */
  readonly isBuiltIn: boolean;
  /** Written with a leading slash: not relative to the menu of the statements before. */
  readonly isAbsolute: boolean;
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
  /** `!name`: properties to clear. */
  readonly cleared: readonly string[];
  /** Of `find` and `print`. */
  readonly where?: Condition;
  readonly at: Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Expression =
  | { readonly type: 'text'; readonly text: string }
  /** A quoted text with `$name`, `$(…)` and `$[…]` in it. */
  | { readonly type: 'template'; readonly parts: readonly Expression[] }
  | { readonly type: 'variable'; readonly name: string }
  /** `[…]`: what the last statement gives. */
  | { readonly type: 'call'; readonly statements: readonly Statement[] }
  /** `do={…}`: run by who takes it. */
  | { readonly type: 'block'; readonly statements: readonly Statement[] }
  /** `{1;2}` */
  | { readonly type: 'array'; readonly items: readonly Expression[] }
  | { readonly type: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly type: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

export type UnaryOperator = '!' | '-';
export type BinaryOperator =
  | '||'
  | '&&'
  | '='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '~'
  | '.'
  | ','
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';

export type Comparison = '=' | '!=' | '<' | '>' | '<=' | '>=' | '~';

/** What `find where` asks of a row. */
export type Condition =
  | { readonly type: 'compare'; readonly property: string; readonly operator: Comparison; readonly value: Expression }
  /** The property alone: it is true, or, where it is no flag, it is there. */
  | { readonly type: 'holds'; readonly property: string }
  | { readonly type: 'not'; readonly condition: Condition }
  | { readonly type: 'and' | 'or'; readonly left: Condition; readonly right: Condition };

/** Arguments whose braces hold statements; elsewhere braces hold a list. */
export const blockArguments: ReadonlySet<string> = new Set(['do', 'else', 'on-error']);
