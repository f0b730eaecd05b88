import { RouterTrap } from '../trap.ts';
import { listOfValue, numberOf, type ScriptValue, textOfValue, typeOf } from './values.ts';

/** Commands of the language that turn values into others. */
export const functions: Readonly<Record<string, (values: readonly ScriptValue[]) => ScriptValue>> = {
  len: ([value]) => (Array.isArray(value) ? value.length : textOfValue(value).length),
  pick: ([value, from, to]) => pick(value, numberOf(from) ?? 0, to === undefined ? undefined : numberOf(to)),
  find: ([value, wanted, from]) => find(value, wanted, numberOf(from) ?? -1),
  tostr: ([value]) => textOfValue(value),
  tonum: ([value]) => numberOf(value),
  toarray: ([value]) => (typeof value === 'string' ? value.split(',') : listOfValue(value)),
  typeof: ([value]) => typeOf(value),
  nothing: () => undefined,
};

function pick(value: ScriptValue, from: number, to: number | undefined): ScriptValue {
  if (!Array.isArray(value)) return textOfValue(value).slice(from, to ?? from + 1);
  return to === undefined ? (value[from] as ScriptValue) : (value.slice(from, to) as readonly ScriptValue[]);
}

/** Where something is first found behind a place; nothing where it is not. */
function find(value: ScriptValue, wanted: ScriptValue, from: number): ScriptValue {
  if (value === undefined) throw new RouterTrap('missing value(s) of argument(s) where', 1);
  const text = textOfValue(wanted);
  const at = Array.isArray(value)
    ? value.findIndex((item: ScriptValue, index) => index > from && textOfValue(item) === text)
    : textOfValue(value).indexOf(text, from + 1);
  return at === -1 ? undefined : at;
}
