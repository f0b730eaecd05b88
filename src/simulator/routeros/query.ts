/** Whether a row passes the query words of a print (without their question marks), in their order. */
export function matchesQuery(queries: readonly string[], value: (name: string) => string | undefined): boolean {
  const stack: boolean[] = [];
  for (const query of queries) {
    if (query.startsWith('#')) combine(stack, query.slice(1));
    else stack.push(test(query, value));
  }
  // What is left on the stack must all hold.
  return stack.every(Boolean);
}

/** The name and value of a query that is one equality, for which an index may stand in. */
export function singleEquality(queries: readonly string[]): { name: string; value: string } | undefined {
  const [query] = queries;
  if (queries.length !== 1 || query === undefined) return undefined;
  const match = /^=?([^<>=#-][^=]*)=(.*)$/s.exec(query);
  return match === null ? undefined : { name: match[1] ?? '', value: match[2] ?? '' };
}

function test(query: string, value: (name: string) => string | undefined): boolean {
  const match = /^([-=<>]?)([^=]*)(?:=(.*))?$/s.exec(query);
  const [, operator = '', name = '', operand] = match ?? [];
  const have = value(name);
  if (operator === '-') return have === undefined;
  if (operand === undefined) return have !== undefined;
  if (have === undefined) return false;
  if (operator === '<') return compare(have, operand) < 0;
  if (operator === '>') return compare(have, operand) > 0;
  return have === operand;
}

function compare(a: string, b: string): number {
  const numeric = /^-?\d+$/;
  if (numeric.test(a) && numeric.test(b)) return Number(BigInt(a) - BigInt(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `?#`: `!` inverts, `&` and `|` join two, a number picks from the top, `.` copies the top or ends a number. */
function combine(stack: boolean[], operations: string): void {
  for (const operation of operations.match(/\d+\.?|./gs) ?? []) {
    const index = Number.parseInt(operation, 10);
    if (!Number.isNaN(index)) {
      const picked = stack[stack.length - 1 - index] ?? false;
      // An index that ends the word replaces the whole stack.
      if (operations.endsWith(operation) && !operation.endsWith('.')) stack.length = 0;
      stack.push(picked);
    } else if (operation === '!') stack.push(!stack.pop());
    else if (operation === '.') stack.push(stack.at(-1) ?? false);
    else if (operation === '&' || operation === '|') {
      const [a, b] = [stack.pop() ?? false, stack.pop() ?? false];
      stack.push(operation === '&' ? a && b : a || b);
    }
  }
}
