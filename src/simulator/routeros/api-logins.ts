import type { Clock } from '../../base/clock.ts';
import { isInRange } from '../address-range.ts';
import type { Faults } from '../faults.ts';
import type { ApiPeer } from './api-services.ts';
import type { SessionDeps } from './api-session.ts';
import type { Database } from './database.ts';
import type { Caller, Executor } from './executor.ts';
import { policyAfter } from './menus/user-group.ts';
import type { TableRow } from './table.ts';
import { formatRouterDate } from './time.ts';
import { listOf } from './value-types.ts';
import { has } from './version.ts';

export interface ApiLoginsOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly faults: Faults;
  readonly executor: Executor;
  readonly log: (topics: string, message: string) => void;
}

/** Who may log in over the API, and who is: `/user`, `/user/group`, `/user/active`. */
export class ApiLogins {
  readonly #options: ApiLoginsOptions;

  constructor(options: ApiLoginsOptions) {
    this.#options = options;
  }

  /** What a connection from there needs of the router. */
  sessionDeps({ remote }: ApiPeer): SessionDeps {
    const { clock, database, faults, executor, log } = this.#options;
    let active: TableRow | undefined;
    return {
      clock,
      faults,
      executor,
      saysEmpty: has(database.version, 'emptyReply'),
      challengeLogin: !has(database.version, 'plainLogin'),
      settling: () => (database.settling ? database.settled() : undefined),
      login: (name, proves) => {
        const result = this.#login(name, proves, remote);
        if (typeof result !== 'string') active = this.#showActive(name, remote);
        return result;
      },
      loggedOut: (name) => {
        if (active !== undefined) database.table('/user/active').remove(active);
        log('system,info,account', `user ${name} logged out from ${remote} via api`);
      },
    };
  }

  /** Who is logged in is a row of `/user/active`. */
  #showActive(name: string, address: string): TableRow | undefined {
    const { clock, database } = this.#options;
    if (database.find('/user/active') === undefined) return undefined;
    const when = formatRouterDate(clock.now(), has(database.version, 'isoDates'));
    const group = database.table('/user').named(name)?.values.get('group') ?? '';
    return database.addByRouter('/user/active', { when, name, address, via: 'api', group });
  }

  #login(name: string, proves: (password: string) => boolean, remote: string): string | { readonly caller: Caller } {
    const { clock, database, log } = this.#options;
    const row = database.table('/user').named(name);
    const group = database.referenced('/user/group', row?.values.get('group'));
    const granted = new Set(listOf(policyAfter('', group?.values.get('policy') ?? '')));
    const allowed = listOf(row?.values.get('address') ?? '');
    const welcome =
      row !== undefined &&
      row.values.get('disabled') !== 'true' &&
      granted.has('api') &&
      (allowed.length === 0 || allowed.some((prefix) => isInRange(remote, prefix))) &&
      proves(row.values.get('password') ?? '');
    if (!welcome) {
      log('system,error,critical', `login failure for user ${name} from ${remote} via api`);
      return has(database.version, 'plainLogin') ? 'invalid user name or password (6)' : 'cannot log in';
    }
    row.values.set('last-logged-in', formatRouterDate(clock.now(), true));
    log('system,info,account', `user ${name} logged in from ${remote} via api`);
    return { caller: { name, policies: granted } };
  }
}
