import { ApplyBook } from '../../src/status/apply-book.ts';
import { AuditLog } from '../../src/status/audit-log.ts';
import { Blame } from '../../src/status/blame.ts';
import type { Store } from '../../src/store/store.ts';

/** What commits had done, kept in this store; what cannot be is let go. */
export async function applyBook(store: Store): Promise<ApplyBook> {
  return new ApplyBook({
    audit: await AuditLog.open(store.table('audit'), store.table('meta')),
    blame: new Blame(store.table('blame')),
    meta: store.table('meta'),
    key: Buffer.alloc(32, 7),
    onTrouble: () => undefined,
  });
}
