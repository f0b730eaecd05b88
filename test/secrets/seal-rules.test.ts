import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadFiles } from '../../src/daemon/load.ts';
import { sealRulesOf, unsealedIn } from '../../src/daemon/seal-rules.ts';
import { plainSecrets } from '../../src/manifest/plain-secrets.ts';
import { readYamlFile } from '../../src/manifest/yaml-file.ts';
import { ruleTest } from '../../src/secrets/sops/rule.ts';
import { readFolder } from '../../src/source/folder.ts';
import { GitSource } from '../../src/source/git-source.ts';
import { BareRepository } from '../support/bare-repository.ts';
import { lastmile } from '../support/lastmile.ts';
import { ageIdentity, ageRecipient, sopsFile } from '../support/sops-fixture.ts';
import { TempFolder } from '../support/temp-folder.ts';

const rules = `creation_rules:
  - path_regex: ^people/
    age: ${ageRecipient}
    encrypted_regex: ^(password|notes)$
`;
const rest = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec: {masterKey: {env: LASTMILE_SECRET_MASTER}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: 20M, up: 5M}}
`;
const env = { LASTMILE_SECRET_MASTER: 'a master key of at least 32 octets!', LASTMILE_AGE_KEY: ageIdentity };

function people(items: string): string {
  return `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
defaults: {service: home, password: {derive: 1}}
items:
${items}`;
}

const plain = people(`  - {name: anna, username: anna}
  - name: ben
    username: ben
    notes: comes late # in clear text
`);

describe('what a rule of .sops.yaml has encrypted', () => {
  it('and is not, is refused with its place, in a folder and in a commit, and nowhere else', async () => {
    const files = { '.sops.yaml': rules, 'rest.yaml': rest, 'people/all.yaml': plain };
    await using repository = await BareRepository.make({
      ...files,
      'others.yaml': plain.replaceAll(/all|anna|ben/g, 'x$&'),
    });
    await using source = new GitSource(repository.work);

    const committed = await source.read();
    const loads = [(await readFolder(repository.work)).files, committed?.files ?? []].map((read) =>
      loadFiles(read, { env, mode: 'use' }),
    );

    for (const { model, issues } of await Promise.all(loads)) {
      expect(model).toBeUndefined();
      expect(issues.filter(({ severity }) => severity === 'error')).toEqual([
        expect.objectContaining({ code: 'LM_SOPS_PLAIN', file: 'people/all.yaml', line: 9, column: 12 }),
      ]);
    }
  });

  it('is told by validate with exit 3, and not where it is encrypted or comes from elsewhere', async () => {
    await using folder = await TempFolder.make();
    const sealed = sopsFile(
      [
        {
          apiVersion: 'lastmile/v1',
          kind: 'SubscriberList',
          metadata: { name: 'b' },
          defaults: { service: 'home' },
          items: [{ name: 'carl', username: 'carl', password: 'sealed' }],
        },
      ],
      { rule: ['encrypted_regex', '^(password|notes)$'] },
    );
    const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
    write('.sops.yaml', rules.replace('^people/', '^people'));
    write('rest.yaml', rest);
    write('people-b.yaml', sealed);
    write('people-a.yaml', people('  - {name: anna, username: anna}\n'));
    const right = await lastmile(['validate', folder.path], { env });
    write('people-a.yaml', plain);
    const wrong = await lastmile(['validate', folder.path], { env });
    write('.sops.yaml', 'creation_rules: yes');
    const odd = await lastmile(['validate', folder.path], { env });

    expect(right.code, right.out).toBe(0);
    expect(wrong.out).toContain('people-a.yaml:9:12 error LM_SOPS_PLAIN');
    expect(wrong.out).not.toContain('people-b');
    expect(wrong.code).toBe(3);
    expect(odd.out).toContain('.sops.yaml:1:1 warning LM_SOPS_RULES');
    expect(odd.code).toBe(0);
  });

  it('is found wherever the parser of YAML finds it', () => {
    const file = sealRulesOf({ path: '.sops.yaml', text: rules });
    const test = ruleTest({ kind: 'encrypted_regex', text: '^(password|notes)$' });
    if (file === undefined || test === undefined) throw new Error('no rules');
    const key = fc.constantFrom(
      'password',
      'notes',
      'name',
      'env',
      'pass word',
      'a:b',
      'é',
      'no"tes',
      '-',
      'password ',
    );
    const leaf = fc.oneof(
      fc.constantFrom('x', 'ENC[AES256_GCM,data:x]', '', 'a: b', '# x', 'ä', '{env: X}', '*x', 'two\nlines'),
      fc.nat(),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.record({ env: leaf }),
        fc.dictionary(key, tie('tree')),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }));
    const style = fc.record({
      collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
      defaultKeyType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
      flowCollectionPadding: fc.boolean(),
    });

    fc.assert(
      fc.property(fc.dictionary(key, tree), style, (document, how) => {
        const text = stringify(document, how);
        if (text.includes('ENC[')) return;

        const found = unsealedIn({ path: 'people/all.yaml', text }, file);

        expect(found).toEqual(
          plainSecrets(readYamlFile('people/all.yaml', text), { mustBeSealed: test, byRuleAlone: true }),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
