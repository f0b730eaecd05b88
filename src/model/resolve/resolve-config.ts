import { compact } from '../../base/compact.ts';
import { isSealedText } from '../../base/sealed-text.ts';
import type { Secret } from '../../base/secret.ts';
import type { Declared, RouterSpec } from '../declarations.ts';
import type { ConfigValue } from '../generated/documents.ts';
import type { ConfigFields, ConfigMenu, ConfigRow } from '../kinds/router.ts';
import { routerMenu, routerWord } from '../router-menu.ts';
import { isSecretProperty } from '../secret-property.ts';
import { error, type Resolving } from './resolving.ts';

type Declaration = Declared<RouterSpec>;
type Steps = readonly (string | number)[];
type FieldsSpec = Readonly<Record<string, ConfigValue>>;

/** Words of a row that are none of RouterOS's properties, or none that can be declared. */
const notProperties: Readonly<Record<string, string>> = {
  numbers: 'rows are known by what they say',
};

/** `config` of a router: each menu as settings or rows, in the order of their paths. */
export function resolveConfig(to: Resolving, declared: Declaration): readonly ConfigMenu[] | undefined {
  const { config } = declared.spec;
  if (config === undefined) return undefined;
  const found = new Map<string, ConfigMenu>();
  for (const [written, spec] of Object.entries(config)) {
    const path = routerMenu(written);
    const at = ['spec', 'config', written];
    const origin = declared.entries?.get(`config/${written}`) ?? declared.origin;
    if (found.has(path)) error(to, 'LM_DUPLICATE_ENTRY', `the menu ${path} is declared twice`, declared, at);
    found.set(
      path,
      isRows(spec)
        ? { path, kind: 'rows', rows: rows(to, declared, spec, written), origin }
        : { path, kind: 'settings', settings: fields(to, declared, spec, at, `config.${path}`), origin },
    );
  }
  const menus = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  checkDeclaredElsewhere(to, declared, menus);
  return menus;
}

function isRows(spec: readonly FieldsSpec[] | FieldsSpec): spec is readonly FieldsSpec[] {
  return Array.isArray(spec);
}

function rows(
  to: Resolving,
  declared: Declaration,
  list: readonly FieldsSpec[],
  written: string,
): readonly ConfigRow[] {
  const keys = new Set<string>();
  return list.map((spec, index) => {
    const at = ['spec', 'config', written, index];
    const { comment, key, ...rest } = spec;
    const own = {
      comment: textOf(to, declared, comment, [...at, 'comment']),
      key: textOf(to, declared, key, [...at, 'key']),
    };
    if (own.key !== undefined && keys.has(own.key)) {
      error(to, 'LM_DUPLICATE_ENTRY', `the key "${own.key}" stands twice in this menu`, declared, [...at, 'key']);
    }
    if (own.key !== undefined) keys.add(own.key);
    if (Object.keys(rest).length === 0) error(to, 'LM_MISSING_KEY', 'this row has no property', declared, at);
    return compact({
      ...own,
      fields: fields(to, declared, rest, at, derivePath(to, declared, routerMenu(written), own.key, rest, at)),
      origin: declared.entries?.get(`config/${written}/${index}`) ?? declared.origin,
    });
  });
}

/** What a derived secret of a row hangs on: a word that stays when rows move. */
function derivePath(
  to: Resolving,
  declared: Declaration,
  menu: string,
  key: string | undefined,
  spec: FieldsSpec,
  at: Steps,
): string {
  const { name } = spec;
  const word = key ?? (typeof name === 'string' ? name : undefined);
  const derived = Object.entries(spec).find(([, value]) => typeof value === 'object' && value.derive !== undefined);
  if (word === undefined && derived !== undefined) {
    const message = 'a derived secret needs a row with a name or a key: rows move';
    error(to, 'LM_MISSING_KEY', message, declared, [...at, derived[0]], 'add key: with a word of your own');
  }
  return `config.${menu}.${word ?? ''}`;
}

function fields(to: Resolving, declared: Declaration, spec: FieldsSpec, at: Steps, secretPath: string): ConfigFields {
  const found: Record<string, string | Secret> = {};
  for (const [name, value] of Object.entries(spec)) {
    if (!isProperty(to, declared, name, [...at, name])) continue;
    const isSecret = typeof value === 'object' || isSealed(value) || (isSecretProperty(name) && value !== '');
    found[name] = isSecret
      ? to.secrets.read(typeof value === 'object' ? value : routerWord(value), {
          place: declared,
          kind: 'Router',
          firstName: declared.previousNames[0] ?? declared.name,
          field: `${secretPath}.${name}`,
          path: [...at.slice(1), name],
          symbols: 32,
        })
      : routerWord(value);
  }
  return found;
}

function isProperty(to: Resolving, declared: Declaration, name: string, at: Steps): boolean {
  if (name.startsWith('.')) {
    const message = `"${name}" is not declared: the router makes it up, and anew when a row is made again`;
    error(to, 'LM_UNKNOWN_KEY', message, declared, at, 'a row is known by its properties, or by key');
    return false;
  }
  const why = Object.hasOwn(notProperties, name) && at.length > 4 ? notProperties[name] : undefined;
  if (why !== undefined) {
    error(to, 'LM_UNKNOWN_KEY', `"${name}" is no property: ${why}`, declared, at);
    return false;
  }
  if (/^[a-z0-9][a-z0-9.-]*$/.test(name)) return true;
  const hint = 'names as the router writes them: lower-case letters, digits and dashes';
  error(to, 'LM_WRONG_FORMAT', `"${name}" cannot be a property`, declared, at, hint);
  return false;
}

function isSealed(value: ConfigValue): boolean {
  return typeof value === 'string' && isSealedText(value);
}

/** `comment` and `key` are words of people: never secrets. */
function textOf(to: Resolving, declared: Declaration, value: ConfigValue | undefined, at: Steps): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' && !isSealed(value)) return routerWord(value);
  error(to, 'LM_WRONG_TYPE', `"${String(at.at(-1))}" is text, never a secret`, declared, at);
  return undefined;
}

/** Reports settings that the router is told by another field of its declaration already. */
function checkDeclaredElsewhere(to: Resolving, declared: Declaration, menus: readonly ConfigMenu[]): void {
  const { system = {} } = declared.spec;
  const elsewhere: readonly (readonly [menu: string, fields: readonly string[], field: string, declared: boolean])[] = [
    ['/system/identity', ['name'], 'system.identity', system.identity !== undefined],
    ['/ip/dns', ['servers'], 'system.dns.servers', system.dns?.servers !== undefined],
    [
      '/ip/dns',
      ['allow-remote-requests'],
      'system.dns.allowRemoteRequests',
      system.dns?.allowRemoteRequests !== undefined,
    ],
    ['/system/ntp/client', ['enabled', 'servers'], 'system.ntp', system.ntp !== undefined],
  ];
  for (const [menu, names, field, isDeclared] of elsewhere) {
    const found = menus.find(({ path }) => path === menu);
    if (!isDeclared || found?.kind !== 'settings') continue;
    const twice = names.find((name) => Object.hasOwn(found.settings, name));
    if (twice === undefined) continue;
    const message = `"${twice}" of ${menu} is declared by spec.${field} already`;
    error(to, 'LM_DECLARED_TWICE', message, declared, ['spec', 'config'], 'keep one of them');
  }
}
