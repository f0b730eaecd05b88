/** Gives out names that nothing has yet. */
export interface Names {
  /** A name made of the first of these texts that has letters or digits to make one of. */
  take(...texts: readonly (string | undefined)[]): string;
}

const longest = 63;

/** Names of one kind: lower-case letters, digits, dots, dashes and underscores. `taken` fills up. */
export function namesBeside(taken: Set<string>): Names {
  return {
    take(...texts) {
      const base = texts.map((text) => slug(text ?? '')).find((text) => text !== '') ?? 'x';
      let name = base;
      for (let copy = 2; taken.has(name); copy += 1) {
        const suffix = `-${copy}`;
        name = `${base.slice(0, longest - suffix.length).replace(/[._-]+$/, '')}${suffix}`;
      }
      taken.add(name);
      return name;
    },
  };
}

/** What is left of a text as a name: `Juan Pérez (casa)` is `juan-perez-casa`. Empty where nothing is. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, longest)
    .replace(/[._-]+$/, '');
}

/** The name of a variable for a secret: `LASTMILE_SECRET_` and the text in capitals. */
export function variableName(...texts: readonly string[]): string {
  const text = texts
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_');
  return `LASTMILE_SECRET_${text.replace(/^_+|_+$/g, '')}`;
}
