import { type Document, isMap, isSeq, parseAllDocuments, stringify, type YAMLMap } from 'yaml';
import type { ManifestFile } from '../manifest/load-manifest.ts';

/** What a commit changes. */
export interface Edit {
  /** `Service/home-50`. */
  readonly object?: string;
  /** By the way to the field in its spec: `rate.down`. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: true;
  /** A whole document. */
  readonly add?: Readonly<Record<string, unknown>>;
}

/** Names a commit's change cannot be found by. */
export class EditError extends RangeError {}

const addedFile = 'added-by-the-scenario.yaml';

/**
 * The files of a repository after a commit. Only the file that holds the object is another. Pure.
 *
 * @throws EditError when nothing is declared by that name
 */
export function editFiles(files: readonly ManifestFile[], edit: Edit): readonly ManifestFile[] {
  const edited = edit.object === undefined ? files : withObject(files, edit.object, edit);
  if (edit.add === undefined) return edited;
  const before = edited.find(({ path }) => path === addedFile)?.text ?? '';
  const text = `${before}---\n${stringify(edit.add)}`;
  return [...edited.filter(({ path }) => path !== addedFile), { path: addedFile, text }];
}

/** The files without rehearsals. One that holds nothing else is left out. Pure. */
export function withoutScenarios<File extends ManifestFile>(files: readonly File[]): readonly File[] {
  return files.flatMap((file) => {
    if (!/^kind: *["']?Scenario\b/m.test(file.text)) return [file];
    const documents = parseAllDocuments(file.text) as readonly Document[];
    const left = documents.filter((document) => document.get('kind') !== 'Scenario');
    return left.length === 0 ? [] : [{ ...file, text: left.map(String).join('') }];
  });
}

function withObject(files: readonly ManifestFile[], object: string, edit: Edit): readonly ManifestFile[] {
  const [kind = '', name = ''] = object.split('/', 2);
  for (const file of files) {
    // To look for the name is quick, to read YAML is not.
    if (!file.text.includes(name)) continue;
    const documents = parseAllDocuments(file.text) as readonly Document[];
    const at = documents.findIndex((document) => changed(document, kind, name, edit));
    if (at === -1) continue;
    const left = documents.filter((document, index) => index !== at || document.contents !== null);
    return files.map((each) => (each === file ? { path: file.path, text: left.map(String).join('') } : each));
  }
  throw new EditError(`no ${kind} is called "${name}" at this point`);
}

/** Does it hold the object? Then it is changed, or emptied. */
function changed(document: Document, kind: string, name: string, edit: Edit): boolean {
  const declared = document.get('kind');
  if (declared === kind && document.getIn(['metadata', 'name']) === name) {
    if (edit.remove === true) document.contents = null;
    else for (const [way, value] of Object.entries(edit.set ?? {})) put(document, ['spec', ...way.split('.')], value);
    return true;
  }
  if (declared !== `${kind}List`) return false;
  const items = document.get('items');
  if (!isSeq(items)) return false;
  const at = items.items.findIndex((item) => isMap(item) && item.get('name') === name);
  if (at === -1) return false;
  if (edit.remove === true) items.delete(at);
  else
    for (const [way, value] of Object.entries(edit.set ?? {})) put(items.items[at] as YAMLMap, way.split('.'), value);
  if (items.items.length === 0) document.contents = null;
  return true;
}

function put(node: Document | YAMLMap, way: readonly string[], value: unknown): void {
  // Numbers are places in lists.
  const path = way.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  if (value === null) node.deleteIn(path);
  else node.setIn(path, value);
}
