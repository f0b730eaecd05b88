/** What to do about a finding whose cause has no better words: by its code. */
const hints: Readonly<Record<string, string>> = {
  LM_YAML_SYNTAX:
    'look for a quote that is not closed, a colon without a space behind it, or a line that is not indented as its neighbours are; text with special characters goes in double quotes',
  LM_YAML_TAG: 'remove it; text is quoted',
  LM_YAML_ALIAS: 'write the value out, or use `defaults:` of a list or a folder',
  LM_YAML_TOO_DEEP: 'nothing that is declared nests so deep: a bracket may not be closed',
  LM_DUPLICATE_NAME: 'rename one of them, or remove it',
  LM_DUPLICATE_USERNAME: 'give one of them another username',
  LM_DUPLICATE_ADDRESS: 'give one of them another address',
  LM_DUPLICATE_MAC: 'a device belongs to one subscriber: remove it from the other',
  LM_DUPLICATE_ENTRY: 'remove one of them',
  LM_DUPLICATE_NETWORK: 'give one of them another prefix',
  LM_SEVERAL_OPERATORS: 'remove one of them; a second network is a second repository',
  LM_ADDRESS: 'four numbers from 0 to 255, as in 192.0.2.1',
  LM_RANGE: 'as in 10.0.0.0/24 or 10.0.0.2-10.0.0.254',
  LM_TIME: 'a time as in 2027-01-31T18:00, of a day that the calendar has',
  LM_SECRET_EMPTY: 'use {env: LASTMILE_SECRET_…}, {file: …} or {derive: 1}',
  LM_SECRET_REFUSED: 'paths are below the folder given by --secrets',
  LM_UNKNOWN_REFERENCE: 'declare it, or refer to one that is declared',
  LM_UNKNOWN_KEY: 'remove it, or look for its name in docs/declarations.md',
  LM_OUT_OF_RANGE: 'the schema of the field says what is possible: lastmile schema',
  LM_TOO_LONG: 'shorten it',
  LM_EMPTY_TEXT: 'say something, or leave the field out',
  LM_WRONG_TYPE: 'the schema of the field says what it takes: lastmile schema',
  LM_WRONG_VALUE: 'write just that',
  LM_MISSING_KEY: 'add it',
  LM_ATTRIBUTE: 'docs/radius.md says which attributes there are',
  LM_DEFAULTS_PLACE: 'move it to a file called _defaults.yaml, or into `defaults` of a list',
  LM_AND_MORE: 'mend those shown first',
  LM_NOT_SUPPORTED_YET: 'leave it out; docs/declarations.md says what is not there yet',
  LM_POOL_CYCLE: 'let one of them have no `next`',
  LM_EMPTY_FILE: 'remove the file, or declare something in it',
};

export function usualHint(code: string): string | undefined {
  return Object.hasOwn(hints, code) ? hints[code] : undefined;
}
