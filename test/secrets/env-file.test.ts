import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSecrets, parseSecrets, readSecretsFile, secretsFileName } from '../../src/secrets/env-file.ts';
import { TempFolder } from '../support/temp-folder.ts';

describe('a file of secrets beside the declarations', () => {
  it('gives back every value that was put into it', () => {
    const names = fc.stringMatching(/^LASTMILE_SECRET_[A-Z0-9_]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(names, fc.string({ unit: 'binary' })), (values) => {
        expect(parseSecrets(formatSecrets(values))).toEqual({ values: { ...values }, wrong: [] });
      }),
    );
  });

  it('may be written by hand, with comments, exports and other quotes', () => {
    const text = `# subscribers

export LASTMILE_SECRET_A=plain
LASTMILE_SECRET_B="with space"
LASTMILE_SECRET_C=''
`;

    expect(parseSecrets(text)).toEqual({
      values: { LASTMILE_SECRET_A: 'plain', LASTMILE_SECRET_B: 'with space', LASTMILE_SECRET_C: '' },
      wrong: [],
    });
  });

  it('holds secrets and nothing else: other names and lines are told', () => {
    const { values, wrong } = parseSecrets("PATH=/tmp\nLASTMILE_SECRET_A='a'\nwhat is this\nLASTMILE_SECRET_B='open\n");

    expect(values).toEqual({ LASTMILE_SECRET_A: 'a' });
    expect(wrong).toEqual([1, 3, 4]);
  });

  it('is not read while others can read it', async () => {
    await using folder = await TempFolder.make();
    const path = join(folder.path, secretsFileName);
    writeFileSync(path, "LASTMILE_SECRET_A='a'\n", { mode: 0o600 });
    const before = readSecretsFile(folder.path);
    chmodSync(path, 0o640);
    const after = readSecretsFile(folder.path);

    expect(before).toEqual({ values: { LASTMILE_SECRET_A: 'a' } });
    expect(after.values).toEqual({});
    expect(after.complaint).toContain('chmod 600');
  });

  it('need not be there', async () => {
    await using folder = await TempFolder.make();

    expect(readSecretsFile(folder.path)).toEqual({ values: {} });
  });
});
