import { folderRevision } from '../../src/source/folder-source.ts';
import type { Revision, Source, SourceFile } from '../../src/source/source.ts';

/** Declarations in memory that keeps every revision as git does, and can be told to keep readers waiting, or to fail. */
export class KeptSource implements Source {
  readonly description = 'a source in memory';
  readonly pollMs = 3_600_000;
  readonly #past: Map<string, readonly SourceFile[]>;
  #files: readonly SourceFile[];
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #failure: Error | undefined;

  constructor(files: Readonly<Record<string, string>>, past = new Map<string, readonly SourceFile[]>()) {
    this.#past = past;
    this.#files = [];
    this.write(files);
  }

  /** The same declarations, as the next process finds them. */
  again(): KeptSource {
    return new KeptSource(Object.fromEntries(this.#files.map(({ path, text }) => [path, text])), this.#past);
  }

  write(files: Readonly<Record<string, string>>): void {
    this.#files = Object.entries(files).map(([path, text]) => ({ path, text }));
  }

  /** From here on nobody hears what is declared, until it is released. */
  hold(): this {
    this.#open = new Promise((resolve) => {
      this.#release = resolve;
    });
    return this;
  }

  release(): void {
    this.#release();
  }

  failing(failure: Error): this {
    this.#failure = failure;
    return this;
  }

  /** The past is gone, too. */
  withoutPast(): this {
    this.#past.clear();
    return this;
  }

  async read(known?: string): Promise<Revision | undefined> {
    await this.#open;
    if (this.#failure !== undefined) throw this.#failure;
    const id = folderRevision(this.#files);
    this.#past.set(id, this.#files);
    return id === known ? undefined : { id, files: this.#files };
  }

  async readAgain(id: string): Promise<readonly SourceFile[]> {
    const files = this.#past.get(id);
    if (files === undefined) throw new Error('gone');
    return files;
  }

  async readFiles(id: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
    return (this.#past.get(id) ?? []).filter(({ path }) => paths.includes(path));
  }

  async watch(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release();
  }
}
