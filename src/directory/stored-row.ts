/** A row of the directory as kept on disk: text, and keyed digests in place of secrets. */
export interface StoredRow {
  readonly fields: Readonly<Record<string, string | { readonly digest: string }>>;
  /** Its secrets under a key that is not on the disk. Absent: there is no such key, or there was none. */
  readonly sealed?: string;
}
