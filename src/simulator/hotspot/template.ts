/** What a page became. `status` and `headers` are what its pseudo tests set. */
export interface RenderedPage {
  readonly body: string;
  /** `302 Sign in`. */
  readonly status?: string;
  readonly headers: ReadonlyMap<string, string>;
}

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'choice'; readonly branches: readonly Branch[] };

interface Branch {
  /** Absent: `$(else)`. */
  readonly test?: Test;
  readonly body: readonly Node[];
}

interface Test {
  readonly name: string;
  readonly operator?: '==' | '!=';
  readonly value: string;
}

/**
 * A page in the language of the hotspot servlet. Names that nobody knows are empty; values stand as they are, markup
 * and all, as on a router. What never ends its `$(if …)` ends with the page.
 */
export function renderPage(page: string, variable: (name: string) => string | undefined): RenderedPage {
  const parser = new Parser(page);
  const rendering = new Rendering(variable);
  const body = rendering.text(parser.nodes());
  return {
    body,
    headers: rendering.headers,
    ...(rendering.status === undefined ? {} : { status: rendering.status }),
  };
}

/** As `$(name-esc)` writes a value: URL-encoded, a space as `+`; letters, digits, `.` and `-` stay. */
export function escaped(value: string): string {
  return [...Buffer.from(value, 'utf8')]
    .map((octet) => {
      const character = String.fromCharCode(octet);
      if (character === ' ') return '+';
      return /[A-Za-z0-9.-]/.test(character) ? character : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** Text for a header: what a guest sent may be among it, and must not begin another one. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, '').trim();
}

/** Nested deeper than this, a test is taken as text: nobody writes such pages by hand. */
const maxDepth = 32;

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(page: string) {
    // Odd places hold what stood in `$(…)`. A value in quotes may hold a closing bracket.
    this.#tokens = page.split(/\$\(((?:"[^"]*"|'[^']*'|[^()"'])*)\)/);
  }

  /** Up to one of these words, which is left in place, or to the end. */
  nodes(...ends: readonly string[]): readonly Node[] {
    const nodes: Node[] = [];
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const token = this.#tokens[this.#at] ?? '';
      if (this.#at % 2 === 0) nodes.push({ kind: 'text', text: token });
      else if (ends.includes(wordOf(token))) return nodes;
      else nodes.push(this.#node(token));
    }
    return nodes;
  }

  #node(token: string): Node {
    const word = wordOf(token);
    if (word === 'if' && this.#depth < maxDepth) return this.#choice(token);
    return { kind: 'variable', name: token.trim() };
  }

  #choice(first: string): Node {
    const branches: Branch[] = [];
    this.#depth += 1;
    for (let token: string | undefined = first; token !== undefined && wordOf(token) !== 'endif'; ) {
      this.#at += 1;
      const test = wordOf(token) === 'else' ? undefined : testIn(token.trim().replace(/^(?:el)?if\s+/, ''));
      const body = this.nodes('elif', 'else', 'endif');
      branches.push({ body, ...(test === undefined ? {} : { test }) });
      token = this.#tokens[this.#at];
    }
    this.#depth -= 1;
    return { kind: 'choice', branches };
  }
}

function wordOf(token: string): string {
  return /^\s*(if|elif|else|endif)(?=\s|$)/.exec(token)?.[1] ?? '';
}

function testIn(text: string): Test {
  const [, name = '', operator, value = ''] = /^([^\s=!]+)\s*(?:(==|!=)\s*(.*?))?\s*$/s.exec(text) ?? [];
  const plain = value.replace(/^(["'])(.*)\1$/s, '$2');
  return { name, value: plain, ...(operator === '==' || operator === '!=' ? { operator } : {}) };
}

class Rendering {
  readonly headers = new Map<string, string>();
  status: string | undefined;
  readonly #variable: (name: string) => string | undefined;

  constructor(variable: (name: string) => string | undefined) {
    this.#variable = variable;
  }

  text(nodes: readonly Node[]): string {
    let text = '';
    for (const node of nodes) {
      if (node.kind === 'text') text += node.text;
      else if (node.kind === 'variable') text += this.#value(node.name);
      else text += this.#choose(node.branches);
    }
    return text;
  }

  #value(name: string): string {
    if (name.endsWith('-esc')) return escaped(this.#variable(name.slice(0, -4)) ?? '');
    return this.#variable(name) ?? '';
  }

  #choose(branches: readonly Branch[]): string {
    for (const { test, body } of branches) {
      if (test === undefined) return this.text(body);
      // These two are no tests: they set something, and are not seen.
      if (test.name === 'http-status' || test.name === 'http-header') return this.#set(test, this.text(body));
      if (this.#holds(test)) return this.text(body);
    }
    return '';
  }

  #set({ name, value }: Test, text: string): string {
    const line = oneLine(text);
    if (name === 'http-header') this.headers.set(value, line);
    else this.status = `${value} ${line}`;
    return '';
  }

  #holds({ name, operator, value }: Test): boolean {
    const actual = this.#value(name);
    if (operator === undefined) return actual !== '';
    return (actual === value) === (operator === '==');
  }
}
