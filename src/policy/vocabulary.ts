import { Environment } from '@marcbachmann/cel-js';
import type { PolicedKind, PolicyDomain } from '../model/kinds/policy.ts';
import { addFunctions } from './functions.ts';
import { addKind, addType, type FieldsOfTypes } from './kind-types.ts';
import { Meter } from './meter.ts';

/** What an expression may be made of. One that is longer wants to be two rules. */
const limits = { maxAstNodes: 500, maxDepth: 40, maxListElements: 200, maxMapEntries: 100, maxCallArguments: 8 };

export function bareEnvironment(): Environment {
  return new Environment({ homogeneousAggregateLiterals: false, limits });
}

/** What can be said over one thing: an environment that knows the types, to check expressions by and not to run them. */
export interface Vocabulary {
  readonly environment: Environment;
  readonly variables: readonly string[];
  readonly fields: FieldsOfTypes;
}

const row = {
  address: 'string',
  menu: 'string',
  identity: 'string',
  action: 'string',
  owner: 'string',
  kind: 'string',
  name: 'string',
  // One of them may be null.
  before: 'dyn',
  after: 'dyn',
  fields: 'list<string>',
  adopts: 'bool',
  cause: 'string',
  file: 'string',
  line: 'int',
};

const numbers = {
  creates: 'int',
  updates: 'int',
  deletes: 'int',
  moves: 'int',
  changes: 'int',
  sessionsAffected: 'int',
};
const ofTarget = { name: 'string', kind: 'string', labels: 'map<string, string>', ...numbers };
const ofPlan = { targets: 'list<Target>', signers: 'list<string>', revision: 'string', ...numbers };

/** @param kind of the objects; absent, nothing is known of their fields */
export function vocabularyOf(domain: PolicyDomain, kind?: PolicedKind): Vocabulary {
  const environment = bareEnvironment();
  const fields: FieldsOfTypes = new Map();
  addFunctions(environment, new Meter());
  const variables: Record<string, string> = {};
  if (domain === 'object') variables['object'] = kind === undefined ? 'dyn' : addKind(environment, kind, fields);
  else variables['target'] = addType(environment, 'Target', ofTarget, fields);
  if (domain === 'change') variables['change'] = addType(environment, 'Change', row, fields);
  if (domain === 'plan') {
    variables['plan'] = addType(environment, 'Plan', ofPlan, fields);
    delete variables['target'];
  }
  for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type);
  return { environment, variables: Object.keys(variables), fields };
}

/** Names of fields by the variable that has them, of the parts that have a fixed set. */
export const rowFields: readonly string[] = Object.keys(row);
export const targetFields: readonly string[] = Object.keys(ofTarget);
export const planFields: readonly string[] = Object.keys(ofPlan);
