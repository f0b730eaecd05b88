import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lastmile } from '../support/lastmile.ts';
import { document, operator, secretEnvironment, service } from '../support/manifest.ts';
import { TempFolder } from '../support/temp-folder.ts';

it('what the defaults of a folder say is explained by their line, and secrets in them are found before a commit', async () => {
  await using folder = await TempFolder.make();
  const write = (path: string, text: string) => writeFileSync(join(folder.path, path), text);
  mkdirSync(join(folder.path, 'north'));
  write('operator.yaml', `${operator}---\n${service.replace('address: {pool: home}', 'title: Home')}`);
  write(
    'north/_defaults.yaml',
    'apiVersion: lastmile/v1\nkind: Defaults\nspec:\n  subscriber:\n    service: home-20\n    password: canary-1\n',
  );
  write('north/anna.yaml', document('Subscriber', 'anna', 'username: anna'));
  const options = { cwd: folder.path, env: secretEnvironment };

  const [valid, checked, explained] = await Promise.all([
    lastmile(['validate'], options),
    lastmile(['secrets', 'check'], options),
    lastmile(['explain', 'Subscriber/anna', '--state', join(folder.path, 'none')], options),
  ]);

  expect([valid.code, checked.code, explained.code]).toEqual([0, 4, 0]);
  expect(checked.out).toContain('north/_defaults.yaml:6:15: LM_SECRET_IN_TEXT');
  expect(explained.out).toMatch(/^service +home-20 +north\/_defaults\.yaml:5$/m);
  expect(explained.out).toMatch(/^username +anna +north\/anna\.yaml:5$/m);
  for (const { out, err } of [valid, checked, explained]) expect(out + err).not.toContain('canary-1');
});
