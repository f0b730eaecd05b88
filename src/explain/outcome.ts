import { Secret } from '../base/secret.ts';
import type { LoginLimits, Nas } from '../directory/reader.ts';
import { loginOf, nasOf, portalOf, servedLogin } from '../directory/row-meaning.ts';
import { directoryRows, serviceLimits } from '../directory/rows.ts';
import type { Model } from '../model/model.ts';
import type { Origin } from '../model/origin.ts';
import { desiredRows } from '../omada/site/desired.ts';
import { grantedAttributes } from '../radius/reply/access-accept.ts';
import type { Row, Value } from '../reconcile/row.ts';
import { allMenus } from '../routeros/all-menus.ts';
import { configRows } from '../routeros/config/config-rows.ts';
import { joinRows } from '../routeros/config/join-rows.ts';
import type { Menu } from '../routeros/menus/menu.ts';
import { inForce } from './in-force.ts';
import type { ScopedObject } from './scope.ts';

/**
 * Something that an object becomes, with its values: a row of a router, a controller or the directory; what a NAS is told; or
 * the object itself as it is in force, with what it does not say itself.
 */
export interface Made {
  readonly type: 'row' | 'reply' | 'object';
  /** `core-1`, `directory`; of a reply, who is told it. */
  readonly target: string;
  /** `/ppp/secret`, `login`; `Access-Accept`. */
  readonly menu: string;
  readonly identity: string;
  readonly owner: string;
  readonly fields: Readonly<Record<string, Value>>;
  /** Where the row is declared, as the model tells. */
  readonly source?: Origin;
}

/** How the directory calls itself as a target. */
const directory = 'directory';
const managed: ReadonlyMap<string, Menu> = new Map(allMenus.map((menu) => [menu.path, menu]));

/**
 * All that an object becomes by a model: rows of routers and controllers, rows of the directory, and replies. Pure.
 *
 * @param menus of routers that are of interest. Absent: all
 */
export function madeOf(model: Model, object: ScopedObject, menus?: ReadonlySet<string>): readonly Made[] {
  const isIts = ownedBy(object);
  const wanted = menus === undefined ? allMenus : allMenus.filter(({ path }) => menus.has(path));
  const rows = [
    ...model.routers.flatMap((router) => routerRows(model, router.name, wanted, isIts)),
    ...model.omadaControllers.flatMap(({ name }) => its(name, desiredRows(model, name), isIts)),
  ];
  const served = directoryRows(model);
  const nas = kindsOfNas(served);
  const ours = its(directory, served, isIts);
  return [...inForce(model, object), ...rows, ...ours, ...repliesOf(model, object, ours, nas)];
}

function ownedBy({ kind, name }: ScopedObject): (row: Pick<Row, 'owner'>) => boolean {
  const whole = kind === 'Operator' ? 'Operator/' : `${kind}/${name}`;
  return ({ owner }) =>
    owner === whole || (owner.startsWith(whole) && (kind === 'Operator' || '#/~'.includes(owner[whole.length] ?? '')));
}

function routerRows(model: Model, name: string, menus: readonly Menu[], isIts: (row: Row) => boolean): readonly Made[] {
  const router = model.routers.find((each) => each.name === name);
  if (router === undefined) return [];
  const own = { ...model, subscriptions: model.subscriptions.filter(({ localOn }) => localOn.includes(name)) };
  const rows = menus.flatMap((menu) => menu.rows(own, router));
  return its(name, joinRows(rows, configRows(router, managed)), isIts);
}

function its(target: string, rows: readonly Row[], isIts: (row: Row) => boolean): readonly Made[] {
  return rows.filter(isIts).map(({ menu, identity, owner, fields, source }) => ({
    ...{ type: 'row', target, menu, identity, owner, fields },
    ...(source === undefined ? {} : { source }),
  }));
}

/** One NAS for each way of saying things to one. */
function kindsOfNas(rows: readonly Row[]): readonly Nas[] {
  const kinds = new Map<string, Nas>();
  for (const row of rows) {
    if (row.menu !== 'nas') continue;
    const nas = nasOf(row);
    const key = `${nas.profile} ${nas.redirect ?? ''}`;
    if (!kinds.has(key)) kinds.set(key, nas);
  }
  return [...kinds.values()];
}

function repliesOf(model: Model, object: ScopedObject, rows: readonly Made[], nas: readonly Nas[]): readonly Made[] {
  const to = (limits: LoginLimits, identity: string) => nas.map((each) => reply(limits, each, identity, object));
  if (object.kind === 'Service') {
    const service = model.services.find(({ name }) => name === object.name);
    return service === undefined
      ? []
      : to(serviceLimits(service, model.operator.timezone), `any login of ${object.name}`);
  }
  return rows.flatMap((row) => {
    if (row.menu === 'portal') {
      const { clickThrough } = portalOf(row);
      return clickThrough === undefined ? [] : to(clickThrough.limits, 'a guest who clicks through');
    }
    if (row.menu !== 'login' && row.menu !== 'device') return [];
    const login = loginOf(row);
    const served = servedLogin(login);
    if (!login.radius) return [];
    const isOut = login.state !== 'active' && served.limits === login.limits;
    return isOut ? [refusal(row, login.state)] : to(served.limits, row.identity);
  });
}

function refusal({ identity, owner }: Made, state: string): Made {
  return { type: 'reply', target: 'every NAS', menu: 'Access-Reject', identity, owner, fields: { state } };
}

function reply(limits: LoginLimits, nas: Nas, identity: string, { kind, name }: ScopedObject): Made {
  const fields: Record<string, Value> = {};
  const timeout = limits.sessionTimeoutSeconds;
  if (timeout !== undefined) fields['Session-Timeout'] = String(timeout);
  for (const { name: attribute, value } of grantedAttributes(limits, nas)) {
    let key = attribute;
    // Some attributes may be there several times.
    for (let count = 2; Object.hasOwn(fields, key); count += 1) key = `${attribute} (${count})`;
    fields[key] = value instanceof Secret ? value : String(value);
  }
  return { type: 'reply', target: nas.name, menu: 'Access-Accept', identity, owner: `${kind}/${name}`, fields };
}
