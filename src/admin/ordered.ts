/** Who has something done, and why: kept in the audit log. */
export interface Ordered {
  readonly by?: string;
  readonly reason?: string;
}
