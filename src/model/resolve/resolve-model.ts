import { sharedWith } from '../../base/same-data.ts';
import { finish, type Steps } from '../../base/steps.ts';
import { protectedObjects } from '../annotations.ts';
import { checkGuests } from '../check/check-guests.ts';
import { checkNas } from '../check/check-nas.ts';
import { checkOmadaGuests } from '../check/check-omada-guests.ts';
import { checkOmadaPortals } from '../check/check-omada-portals.ts';
import { checkPages } from '../check/check-pages.ts';
import { checkScenarios } from '../check/check-scenarios.ts';
import type { Declarations, Declared, OperatorSpec, Problem } from '../declarations.ts';
import type { OmadaController } from '../kinds/omada-controller.ts';
import type { Operator } from '../kinds/operator.ts';
import type { PortalSite } from '../kinds/portal-site.ts';
import type { Router } from '../kinds/router.ts';
import type { ServicePlan } from '../kinds/service.ts';
import type { Model } from '../model.ts';
import { checkNasCapabilities } from '../nas-capabilities.ts';
import { type SecretOptions, type SecretUses, secretReader } from '../secret-values.ts';
import { type AllSubscribers, resolveAllInSteps } from './resolve-all.ts';
import { resolveAuthorize } from './resolve-authorize.ts';
import { inOrderOfId, knownIn, type WholeModel } from './resolve-memory.ts';
import { checkControllerNames, resolveOmadaController } from './resolve-omada.ts';
import { resolveOperator } from './resolve-operator.ts';
import { resolvePolicies } from './resolve-policies.ts';
import { resolvePortalSite } from './resolve-portal-sites.ts';
import { resolveProxy } from './resolve-proxy.ts';
import { resolveRouter } from './resolve-routers.ts';
import { resolveService } from './resolve-services.ts';
import { resolveWebhooks } from './resolve-webhooks.ts';
import { byName, error, type Resolving } from './resolving.ts';
import type { SubscriberBook } from './subscriber-book.ts';
import { checkTogether, type SubscriberRules } from './subscriber-rules.ts';

export interface ResolveOptions {
  readonly secrets: Omit<SecretOptions, 'masterKey' | 'masterKeyUnread'>;
  /** Error words when an attribute is unknown or its value does not fit. */
  readonly attributeCheck?: (name: string, value: string | number) => string | undefined;
  /** True for an attribute that holds a password or a key. */
  readonly attributeHides?: (name: string) => boolean;
  /** The last model without errors, whose secrets could all be had: what says the same is taken from it. */
  readonly last?: WholeModel;
  /** There is no next time for which anything is to be remembered. */
  readonly forOnce?: boolean;
}

/**
 * Joins declarations into the model: references followed, units parsed, secrets read, every rule between documents checked.
 * The model is whole only when no problem is an error. Pure, but for what the secret resolver does.
 */
export function resolveModel(declarations: Declarations, options: ResolveOptions): Resolved {
  return finish(resolveModelInSteps(declarations, options));
}

export interface Resolved extends WholeModel {
  readonly problems: readonly Problem[];
  readonly secretUses: SecretUses;
}

/** The same, with leave to do other things in between. */
export function* resolveModelInSteps(declarations: Declarations, options: ResolveOptions): Steps<Resolved> {
  const problems: Problem[] = [];
  const last = options.last?.model;
  const declaredOperator = declarations.operators[0];
  const to = resolving(declarations, declaredOperator, options, problems);
  checkOperators(to);
  byName(to, declarations.lists);

  const operator = sharedWith(last?.operator, resolveOperator(to, declaredOperator));
  const declaredRouters = byName(to, declarations.routers);
  const routers = sharedByName(
    last?.routers,
    mapValues(declaredRouters, (each) => resolveRouter(to, each, operator, declaredOperator?.spec.reconcile?.windows)),
  );
  checkNas(to, operator, declaredOperator, [...routers.values()], declaredRouters);

  // What a broken Operator declares is not known: it may have clients.
  const foreignNas = operator.radius.clients.length > 0 || declarations.incomplete.operator;
  const { interimSeconds } = operator.accounting;
  const declaredServices = byName(to, declarations.services);
  const services = sharedByName(
    last?.services,
    mapValues(declaredServices, (each) => resolveService(to, each, { routers, interimSeconds, foreignNas })),
  );
  const eap = operator.radius.eap !== undefined;
  const nasNames = new Map<string, unknown>([
    ...routers,
    ...operator.radius.clients.map((client) => [client.name, client] as const),
  ]);
  const { timezone } = operator;
  const { masterKey } = to.secrets;
  const around = { foreignNas, eap, nasNames, timezone };
  const known = knownIn(
    { ...around, routers, nasNames: [...nasNames.keys()], masterKey },
    options.last?.known,
    options.forOnce === true,
  );
  const fromHere = problems.length;
  const all = yield* resolveAllInSteps(to, { ...around, services, routers }, known, last);
  const { subscriptions } = all;
  const untilHere = problems.length;
  const portals = resolvePortals(to, { operator, routers, services });
  const [between, ofGuests]: [Problem[], Problem[]] = [[], []];
  checkGuests({ ...to, problems: ofGuests }, subscriptions, portals.sites, routers);
  yield;
  const rules: SubscriberRules = { operator, routers, declaredRouters, services, declaredServices };
  checkTogether({ ...to, problems: between }, rules, all);
  checkPages(to, operator, { services, routers, declaredServices, declaredRouters });
  yield;
  checkNasCapabilities(to, operator, services, declaredServices);
  checkOmadaGuests(to, portals.sites, services, declaredServices);
  checkScenarios(to, routers);
  const authorize = resolveAuthorize(to, declaredOperator, services);
  const proxy = resolveProxy(to, declaredOperator, services);
  const webhooks = resolveWebhooks(to, declaredOperator);
  const preventDestroy = protectedObjects(to, declarations);
  const policies = resolvePolicies(to);
  const fixed = [...problems.slice(0, fromHere), ...problems.slice(untilHere), ...ofGuests];
  problems.push(...ofGuests, ...between, ...to.secrets.summary());
  yield;
  const inIdOrder = inOrderOfId(subscriptions, last?.subscriptions ?? []);
  yield;
  const model: Model = {
    operator,
    routers: sharedWith(last?.routers, inOrder([...routers.values()])),
    services: sharedWith(last?.services, inOrder([...services.values()])),
    subscriptions: inIdOrder,
    portalSites: sharedWith(last?.portalSites, inOrder(portals.sites)),
    omadaControllers: sharedWith(last?.omadaControllers, inOrder(portals.controllers)),
    ...(authorize === undefined ? {} : { authorize: sharedWith(last?.authorize, authorize) }),
    ...(proxy === undefined ? {} : { proxy: sharedWith(last?.proxy, proxy) }),
    ...(webhooks.length === 0 ? {} : { webhooks: sharedWith(last?.webhooks, webhooks) }),
    ...(preventDestroy.length === 0 ? {} : { preventDestroy: sharedWith(last?.preventDestroy, preventDestroy) }),
    ...(policies.length === 0 ? {} : { policies: sharedWith(last?.policies, policies) }),
  };
  const secretUses = to.secrets.uses();
  const book = bookOf(to, { all, rules, fixed, sites: portals.sites, texts: secretUses.inText });
  return { model, problems, known, secretUses, book };
}

function bookOf(
  { declarations, secrets }: Resolving,
  {
    all,
    rules,
    fixed,
    sites,
    texts,
  }: Pick<SubscriberBook, 'rules' | 'fixed' | 'sites'> & {
    readonly all: AllSubscribers;
    readonly texts: SecretUses['inText'];
  },
): SubscriberBook {
  const { usernames: _u, addresses: _a, networks: _n, devices: _d, asked: _k, ...around } = all.context;
  const { subscribers: _subscribers, lists: _lists, ...others } = declarations;
  return {
    ...{ declarations: others, around, rules, sites, fixed, taken: all.taken },
    lists: new Set(declarations.lists.map(({ name }) => name)),
    ...all.notes,
    random: all.context.devices.random,
    textProblems: new Map(secrets.textProblems()),
    texts: new Map(texts),
    unrecorded: secrets.unrecorded(),
  };
}

/** What every rule works with, for these declarations. */
export function resolving(
  declarations: Declarations,
  operator: Declared<OperatorSpec> | undefined,
  options: ResolveOptions,
  problems: Problem[],
): Resolving {
  const field = operator?.spec.masterKey;
  const firstName = operator?.previousNames[0] ?? operator?.name ?? '';
  const use = { kind: 'Operator', firstName, field: 'masterKey', path: ['masterKey'], symbols: 32 } as const;
  const masterKey =
    operator === undefined || field === undefined ? {} : { masterKey: { field, use: { ...use, place: operator } } };
  return {
    declarations,
    problems,
    secrets: secretReader(
      { ...options.secrets, ...masterKey, masterKeyUnread: declarations.incomplete.operator },
      problems,
    ),
    suggestions: new Map(),
    ...(options.attributeCheck === undefined ? {} : { attributeCheck: options.attributeCheck }),
    ...(options.attributeHides === undefined ? {} : { attributeHides: options.attributeHides }),
  };
}

function checkOperators(to: Resolving): void {
  const { operators, incomplete } = to.declarations;
  const [first, ...others] = operators;
  for (const other of others) {
    const message = `a repository has one Operator, the first is at ${first?.origin.file}:${first?.origin.line}`;
    error(to, 'LM_SEVERAL_OPERATORS', message, other, ['metadata', 'name']);
  }
  if (first !== undefined || incomplete.operator) return;
  const message =
    'no Operator is declared: defaults are used, and markers on routers say "default". A second repository without one, on the same routers, would take these rows for its own';
  to.problems.push({
    severity: 'warning',
    code: 'LM_NO_OPERATOR',
    message,
    path: [],
    hint: 'add a document of kind Operator, with a name of its own',
  });
}

function resolvePortals(
  to: Resolving,
  surroundings: {
    readonly operator: Operator;
    readonly routers: ReadonlyMap<string, Router>;
    readonly services: ReadonlyMap<string, ServicePlan>;
  },
): { readonly sites: readonly PortalSite[]; readonly controllers: readonly OmadaController[] } {
  const controllers = byName(to, to.declarations.omadaControllers);
  checkControllerNames(to, controllers, surroundings.routers);
  const context = { ...surroundings, controllers, bridged: new Map(), aliases: [] };
  const sites = byName(to, to.declarations.portalSites);
  const resolved = [...sites.values()].map((each) => resolvePortalSite(to, each, context));
  checkOmadaPortals(to, controllers, resolved, surroundings.operator);
  return {
    sites: resolved,
    controllers: [...controllers.values()].map((each) => resolveOmadaController(to, each)),
  };
}

function mapValues<From, To>(map: ReadonlyMap<string, From>, change: (value: From) => To): ReadonlyMap<string, To> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

interface Named {
  readonly name: string;
}

/** Those that say what one of their name said before are that one. */
function sharedByName<Item extends Named>(
  before: readonly Item[] = [],
  now: ReadonlyMap<string, Item>,
): ReadonlyMap<string, Item> {
  const old = new Map(before.map((each) => [each.name, each]));
  return mapValues(now, (each) => sharedWith(old.get(each.name), each));
}

/** By code units, so that the order is the same everywhere. */
function inOrder<Item extends Named>(items: readonly Item[]): readonly Item[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
