import type { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../base/errors.ts';
import { addFunctions } from './functions.ts';
import { Meter } from './meter.ts';
import { addMetering, linearMatches, metered } from './metered.ts';
import { everyNode, type Node, pathOf } from './syntax.ts';
import { bareEnvironment } from './vocabulary.ts';

/** What an expression is asked of, by name of the variable. */
export type Input = Readonly<Record<string, unknown>>;

/** An expression that can be run. */
export interface Program {
  /**
   * @param limit steps it may take
   * @throws Error in words for people, where it comes to nothing
   */
  run(input: Input, limit: number): unknown;
  /** Values that it looks at, by the steps to them: longest first. */
  readonly paths: readonly (readonly (string | number)[])[];
}

/** Makes programs of expressions that were checked, and counts what running them costs. */
export class Programs {
  readonly meter = new Meter();
  readonly #environment: Environment;

  constructor() {
    const environment = bareEnvironment();
    addMetering(environment, this.meter);
    addFunctions(environment, this.meter);
    for (const name of ['object', 'change', 'target', 'plan']) environment.registerVariable(name, 'dyn');
    this.#environment = environment;
  }

  /** @throws Error for what is no expression */
  compile(text: string): Program {
    const parsed = this.#environment.parse(text);
    const root = parsed.ast as unknown as Node;
    const nodes = [...everyNode(root)];
    const paths = nodes.map(pathOf).filter((path) => path !== undefined);
    // What is called in the end is the root itself: it is paid for where its parts are.
    const paid = metered(this.#environment, root);
    const run = paid === root ? parsed : this.#calling(paid);
    const { meter } = this;
    return {
      paths: [...paths].sort((a, b) => b.length - a.length),
      run(input, limit) {
        meter.begin(limit);
        const value = tried(() => {
          meter.spend(nodes.length);
          return run(input) as unknown;
        });
        // `||` and `exists` go on where a part of theirs fails: not after this.
        if (meter.isOver) throw meter.over;
        if (value instanceof Failed) throw new Error(value.words);
        return value;
      },
    };
  }

  /** A parsed expression whose only part is `node`. */
  #calling(node: Node): (input: Input) => unknown {
    const holder = this.#environment.parse('[0][0]');
    const root = holder.ast as unknown as { args: [Node, Node] };
    const list = root.args[0] as unknown as { args: Node[] };
    list.args = [node];
    return holder as (input: Input) => unknown;
  }
}

class Failed {
  readonly words: string;

  constructor(words: string) {
    this.words = words;
  }
}

function tried(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    const { summary } = error as { readonly summary?: string };
    const words = (summary ?? messageOf(error)).replaceAll(linearMatches, 'matches');
    return new Failed(plain(words));
  }
}

function plain(words: string): string {
  return words
    .replace(/^No such key: (.*)$/, 'it has no $1')
    .replace(/^no such overload:/, 'this cannot be done:')
    .replace(/dyn<([^<>]+)>/g, '$1');
}
