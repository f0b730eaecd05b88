import type { ShownRow, SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';

const local = ['/ppp/secret', '/ip/hotspot/user', '/ip/dhcp-server/lease'];
const marker = /lm:isp\/Subscriber\/([a-z0-9]+)(?:#\S*)?$/;

/**
 * Watches the local rows of a router: of the people named, somebody who has no row left by which he could log in is
 * noted, at that moment.
 */
export class ServiceWatch implements Disposable {
  /** Who had no way in, and what the router was told last. */
  readonly lost: string[] = [];
  readonly #router: SimulatedRouterOs;
  readonly #served: ReadonlySet<string>;
  /** Whom a row serves, by menu and `.id`. */
  readonly #rows = new Map<string, string>();
  readonly #ways = new Map<string, number>();
  readonly #stops: (() => void)[] = [];

  constructor(router: SimulatedRouterOs, served: readonly string[]) {
    this.#router = router;
    this.#served = new Set(served);
    for (const menu of local) {
      for (const row of router.rows(menu)) this.#now(menu, row['.id'] ?? '', servedBy(row));
      this.#stops.push(
        router.watch(menu, (event) =>
          this.#now(menu, event.id, event.type === 'removed' ? undefined : servedBy(event.row)),
        ),
      );
    }
  }

  /** People without a way in now; rows that name a profile or server which is gone serve nobody. */
  without(): readonly string[] {
    const ways = new Set(local.flatMap((menu) => this.#router.rows(menu).flatMap((row) => servedBy(row) ?? [])));
    return [...this.#served].filter((name) => !ways.has(name));
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }

  #now(menu: string, id: string, served: string | undefined): void {
    const key = `${menu} ${id}`;
    const before = this.#rows.get(key);
    if (before === served) return;
    if (served === undefined) this.#rows.delete(key);
    else {
      this.#rows.set(key, served);
      this.#ways.set(served, (this.#ways.get(served) ?? 0) + 1);
    }
    if (before === undefined) return;
    const left = (this.#ways.get(before) ?? 0) - 1;
    this.#ways.set(before, left);
    if (left === 0 && this.#served.has(before)) this.lost.push(`${before}, by ${key}`);
  }
}

function servedBy(row: ShownRow): string | undefined {
  const usable = row['disabled'] !== 'true' && row['block-access'] !== 'true';
  const dangles = ['profile', 'server'].some((field) => row[field]?.startsWith('*'));
  return usable && !dangles ? marker.exec(row['comment'] ?? '')?.[1] : undefined;
}
