import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { combinedSchema, kinds } from '../../src/model/generated/schemas.ts';
import { allMenus } from '../../src/routeros/all-menus.ts';
import { faultKinds } from '../../src/simulator/faults.ts';
import { documentAt, root } from './document.ts';

/** Words that stand in none of the document's code spans or blocks. */
function missing(path: string, words: Iterable<string>): readonly string[] {
  const code = [...documentAt(path).text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(([span]) => span).join('\n');
  const known = new Set(code.match(/[\w./-]+/g));
  const tails = new Set([...known].flatMap((word) => word.split(/[.]/)));
  return [...new Set(words)].filter((word) => !known.has(word) && !tails.has(word));
}

/** The texts of a union of literals in a source file. */
function literalsOf(file: string, type: string): readonly string[] {
  const source = readFileSync(join(root, 'src', file), 'utf8');
  const union = new RegExp(`type ${type} =([^;]*);`).exec(source)?.[1] ?? '';
  return [...union.matchAll(/'([^']+)'/g)].map(([, word]) => word ?? '');
}

/** Fields and values that a schema knows and refuses, by their last name. */
function notSupportedYet(node: unknown, name = ''): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return new Set();
  const { description, enum: values } = node as { readonly description?: unknown; readonly enum?: readonly string[] };
  const refused = typeof description === 'string' && description.startsWith('Not supported yet');
  // What is refused by its form alone has no name.
  const here = refused ? (values ?? (name === 'not' ? [] : [name])) : [];
  return new Set([...here, ...Object.entries(node).flatMap(([key, part]) => [...notSupportedYet(part, key)])]);
}

describe('the documents leave nothing out', () => {
  it('README.md: commands', () => {
    const help = execFileSync(process.execPath, [join(root, 'dist/main.js'), 'help'], { encoding: 'utf8' });
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '');

    // The measure itself: a word that is not there is missed.
    expect(missing('README.md', ['nonsense'])).toEqual(['nonsense']);
    expect(commands.length).toBeGreaterThan(10);
    expect(missing('README.md', commands)).toEqual([]);
  });

  it('docs/declarations.md: fields of every kind, and what is refused', () => {
    const fields: string[] = [];
    const walk = (node: unknown, name: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if (name !== '' && (node as { description?: string }).description !== undefined) fields.push(name);
      for (const [key, value] of Object.entries(node)) {
        if (key === 'properties') for (const [field, part] of Object.entries(value as object)) walk(part, field);
        else walk(value, '');
      }
    };
    walk(combinedSchema['$defs'], '');

    expect(fields.length).toBeGreaterThan(100);
    expect(missing('docs/declarations.md', [...fields.filter((name) => name !== 'sops'), ...kinds])).toEqual([]);
  });

  it('docs/declarations.md: what is not supported yet, and nothing that is', () => {
    const section =
      documentAt('docs/declarations.md').text.split('\n## Not supported yet\n')[1]?.split('\n## ')[0] ?? '';
    const spans = [...section.matchAll(/`([^`]+)`/g)].map(([, span]) => span ?? '');
    // How they are refused, a file, and the form of a value are words of no schema.
    const told = spans.filter((span) => !/^LM_|\.yaml$|^ENC\[/.test(span)).map((span) => span.split(/[. ]/).at(-1));

    const refused = notSupportedYet(combinedSchema);
    expect(refused.size).toBeGreaterThan(5);
    expect(new Set(told)).toEqual(refused);
  });

  it('docs/radius.md: reasons of rejects and drops', () => {
    const reasons = [
      ...literalsOf('access/authorise.ts', 'RejectReason'),
      ...literalsOf('radius/request-flaw.ts', 'RequestFlaw'),
      ...literalsOf('radius/drops.ts', 'DropReason'),
      ...literalsOf('radius/packet/framing.ts', 'FramingReason'),
    ];

    expect(missing('docs/eap.md', literalsOf('eap/method.ts', 'EapFlaw'))).toEqual([]);
    expect(reasons.length).toBeGreaterThan(25);
    expect(missing('docs/radius.md', reasons)).toEqual([]);
  });

  it('docs/routeros.md: menus and their fields, faults of the simulated router', () => {
    const words = allMenus.flatMap(({ path, fields }) => [path, ...Object.keys(fields)]);

    expect(missing('docs/routeros.md', [...words, ...faultKinds])).toEqual([]);
  });

  it('docs/operating.md: metrics and flags of the daemon', () => {
    const metrics = readFileSync(join(root, 'src/status/metrics.ts'), 'utf8').match(/lastmile_[a-z_]+[a-z]/g) ?? [];
    const help = execFileSync(process.execPath, [join(root, 'dist/main.js'), 'help', 'run'], { encoding: 'utf8' });
    const flags = (help.match(/^ {2,}(?:-o, )?--[a-z-]+/gm) ?? []).map((flag) => flag.trim());

    expect(metrics.length).toBeGreaterThan(8);
    expect(missing('docs/operating.md', [...metrics, ...flags])).toEqual([]);
  });
});
