import { isSealedText } from '../base/sealed-text.ts';
import type { Declared } from '../model/declarations.ts';
import { resolvedSchema, type SchemaNode, schemaAt } from '../model/schema-node.ts';
import { isPublicPlace, isSecretNode } from '../model/secret-places.ts';
import { isSecretProperty } from '../model/secret-property.ts';

/** True for a RADIUS attribute that holds a password or a key. */
export type AttributeHides = (name: string) => boolean;

type Fields = Readonly<Record<string, unknown>>;
type Show = (value: unknown) => unknown;

const hidden = '[secret]';

/** How objects look to rules: as they are declared, whole numbers as CEL has them, and of a secret no more than that it is one. */
export class ShownObjects {
  readonly #hides: AttributeHides;
  readonly #byKind = new Map<string, Show>();
  readonly #bySchema = new Map<SchemaNode, Show>();

  constructor(hides: AttributeHides = () => true) {
    this.#hides = hides;
  }

  of(declared: Declared<unknown>): Fields {
    const { kind, name, labels, annotations = {}, previousNames, spec, origin } = declared;
    return {
      kind,
      metadata: { name, labels, annotations, previousNames },
      spec: this.spec(kind, spec),
      file: origin.file,
      line: BigInt(origin.line),
    };
  }

  spec(kind: string, spec: unknown): unknown {
    let show = this.#byKind.get(kind);
    if (show === undefined) {
      const schema = schemaAt(kind, ['spec']);
      show = schema === undefined ? shown : this.#showOf(schema, 'spec');
      this.#byKind.set(kind, show);
    }
    return show(spec ?? {});
  }

  #showOf(given: SchemaNode, name: string): Show {
    const schema = resolvedSchema(given);
    if (isSecretNode(schema) && !isPublicPlace([name])) return secretShown;
    if (name === 'config') return (value) => entriesShown(value, menuShown);
    if (name === 'attributes')
      return (value) => (Array.isArray(value) ? value.map((each) => this.#attribute(each)) : shown(value));
    const known = this.#bySchema.get(schema);
    if (known !== undefined) return known;
    let inner: Show = shown;
    // A part that leads to itself finds itself here.
    this.#bySchema.set(schema, (value) => inner(value));
    inner = this.#within(schema, name);
    return inner;
  }

  #within({ properties = {}, additionalProperties, items }: SchemaNode, name: string): Show {
    const fields = new Map(Object.entries(properties).map(([field, each]) => [field, this.#showOf(each, field)]));
    const entry = typeof additionalProperties === 'object' ? this.#showOf(additionalProperties, name) : shown;
    const item = items === undefined ? shown : this.#showOf(items, name);
    return (value) => {
      if (Array.isArray(value)) return value.map(item);
      if (typeof value !== 'object' || value === null) return shown(value);
      const found: Record<string, unknown> = {};
      for (const field of Object.keys(value)) found[field] = (fields.get(field) ?? entry)((value as Fields)[field]);
      return found;
    };
  }

  #attribute(attribute: unknown): unknown {
    const fields = shown(attribute);
    if (typeof fields !== 'object' || fields === null) return fields;
    const { name, value } = fields as Fields;
    if (typeof value === 'object' || (typeof name === 'string' && !this.#hides(name))) return fields;
    return { ...fields, value: hidden };
  }
}

/** As CEL has it. Text that SOPS encrypted is secret wherever it stands. */
export function shown(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return isSealedText(value) ? hidden : value;
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'object':
      if (Array.isArray(value)) return value.map(shown);
      return value === null ? null : entriesShown(value, (each) => shown(each));
    default:
      return value;
  }
}

/** Where it is to be had may be told: `{env: …}`, `{derive: 1}`. */
function secretShown(value: unknown): unknown {
  return typeof value === 'object' ? shown(value) : hidden;
}

function menuShown(rows: unknown): unknown {
  return Array.isArray(rows) ? rows.map((row) => entriesShown(row, propertyShown)) : entriesShown(rows, propertyShown);
}

function propertyShown(value: unknown, name: string): unknown {
  const isSecret = name !== 'key' && name !== 'comment' && isSecretProperty(name);
  return isSecret && typeof value !== 'object' && value !== '' ? hidden : shown(value);
}

function entriesShown(value: unknown, show: (value: unknown, name: string) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return shown(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, show(each, name)]));
}
