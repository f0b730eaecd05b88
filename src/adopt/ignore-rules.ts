import type { Doubts, IgnoredRow } from './doubts.ts';
import type { Node } from './yaml-text.ts';

/** Rows that differ in the same way, from so many on, are one rule for all that have these values, and for no other. */
const many = 5;

/** `reconcile.ignore`: what a declaration cannot say, and stays as it is. */
export function ignoreNode({ ignored }: Doubts): Node | undefined {
  const alike = new Map<string, IgnoredRow[]>();
  for (const row of ignored.values()) {
    const key = JSON.stringify([row.menu, [...row.fields].sort().map((name) => [name, row.values[name]])]);
    const list = alike.get(key);
    if (list === undefined) alike.set(key, [row]);
    else list.push(row);
  }
  const rules = [...alike.values()].flatMap((rows): readonly Node[] => {
    const [first] = rows;
    const values = Object.values(first?.values ?? {});
    // A pattern finds what it says and nothing else, unless it says nothing, or any text.
    const tells = values.length > 0 && values.every((value) => value !== '' && !value.includes('*'));
    if (first !== undefined && tells && rows.length > many) return [ruleNode({ ...first, match: first.values })];
    return rows.map(ruleNode);
  });
  return rules.length === 0 ? undefined : { ignore: rules };
}

function ruleNode({ menu, match, fields }: IgnoredRow): Node {
  return {
    menu,
    match: Object.keys(match).length === 0 ? undefined : { ...match },
    fields: fields.size === 0 ? undefined : [...fields].sort(),
  };
}
