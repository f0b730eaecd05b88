import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { combinedSchema, kinds } from '../../src/model/generated/schemas.ts';
import { schemaOfKind } from '../../src/model/schemas.ts';

const root = join(import.meta.dirname, '../..');
const { generatedFiles } = (await import(join(root, 'scripts/generate-types.mjs'))) as {
  generatedFiles: () => Promise<ReadonlyMap<string, string>>;
};

describe('what follows from the schemas', () => {
  it('is up to date (npm run types)', async () => {
    for (const [path, text] of await generatedFiles()) expect(readFileSync(join(root, path), 'utf8'), path).toBe(text);
  });

  it('is the same when it is printed', () => {
    for (const kind of kinds) {
      const file = `${kind.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.schema.json`;
      expect(schemaOfKind(kind)).toEqual(JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8')));
    }
  });
});

describe('each schema', () => {
  it.each(kinds)('of %s stands alone under a strict validator', (kind) => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });

    expect(() => ajv.compile(schemaOfKind(kind))).not.toThrow();
  });

  it('describes every field, and uses nothing the type generator misreads', () => {
    const undescribed: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        expect(['prefixItems', 'unevaluatedProperties']).not.toContain(key);
        if (key === 'properties' && !/\/(properties|if)$/.test(path)) {
          for (const [name, field] of Object.entries(value as Record<string, { description?: string }>)) {
            if ((field.description ?? '').length < 5) undescribed.push(`${path}/${name}`);
          }
        }
        walk(value, `${path}/${key}`);
      }
    };
    walk(combinedSchema, '');

    expect(undescribed).toEqual([]);
  });
});
