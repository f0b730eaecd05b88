import { unreachable } from '../../../base/errors.ts';
import type { Database } from '../database.ts';
import type { Table, TableRow } from '../table.ts';
import { RouterTrap } from '../trap.ts';
import type { Condition, Expression } from './syntax.ts';
import { holds, type ScriptValue, textOfValue } from './values.ts';

/**
 * The rows `find where` asks for, in their order.
 *
 * @param evaluate what an expression of the condition comes to; it may ask the router in its turn
 */
export async function askedRows(
  database: Database,
  table: Table,
  condition: Condition | undefined,
  evaluate: (expression: Expression) => Promise<ScriptValue>,
): Promise<readonly TableRow[]> {
  const rows = [...table.rows()];
  if (condition === undefined) return rows;
  const test = await prepared(condition, { database, table, evaluate });
  return rows.filter(test);
}

interface Asking {
  readonly database: Database;
  readonly table: Table;
  readonly evaluate: (expression: Expression) => Promise<ScriptValue>;
}

type Test = (row: TableRow) => boolean;

async function prepared(condition: Condition, asking: Asking): Promise<Test> {
  switch (condition.type) {
    case 'not': {
      const inner = await prepared(condition.condition, asking);
      return (row) => !inner(row);
    }
    case 'and':
    case 'or': {
      const [left, right] = [await prepared(condition.left, asking), await prepared(condition.right, asking)];
      return condition.type === 'and' ? (row) => left(row) && right(row) : (row) => left(row) || right(row);
    }
    case 'holds':
      return (row) => !['false', '', undefined].includes(shown(asking, row, condition.property));
    case 'compare':
      return compared(condition, asking, await asking.evaluate(condition.value));
    default:
      return unreachable(condition);
  }
}

function compared(
  { property, operator }: Extract<Condition, { type: 'compare' }>,
  asking: Asking,
  given: ScriptValue,
): Test {
  const wanted = operator === '~' ? given : asShown(asking, property, given);
  const isEmpty = textOfValue(given) === '';
  return (row) => {
    const value = shown(asking, row, property);
    if (value === undefined) return operator === '!=' ? !isEmpty : operator === '=' && isEmpty;
    return holds(operator, value, wanted);
  };
}

function shown({ database, table }: Asking, row: TableRow, name: string): string | undefined {
  return database.shown(table, row, name);
}

/** As the property is read back: `1m` for `60s`, names of rows for their ids. */
function asShown({ database, table }: Asking, name: string, wanted: ScriptValue): ScriptValue {
  const property = database.properties(table)[name];
  if (property === undefined || property.readonly) return wanted;
  const context = database.context(name);
  try {
    const stored = property.type.parse(textOfValue(wanted), context);
    return property.type.show === undefined ? stored : property.type.show(stored, context);
  } catch (thrown) {
    if (thrown instanceof RouterTrap) return wanted;
    throw thrown;
  }
}
