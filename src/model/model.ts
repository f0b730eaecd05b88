import type { OmadaController } from './kinds/omada-controller.ts';
import type { AuthorizeHook, Operator, Webhook } from './kinds/operator.ts';
import type { Policy } from './kinds/policy.ts';
import type { PortalSite } from './kinds/portal-site.ts';
import type { ProxySettings } from './kinds/proxy-settings.ts';
import type { Router } from './kinds/router.ts';
import type { ServicePlan } from './kinds/service.ts';
import type { Subscription } from './kinds/subscription.ts';

/** A whole repository, resolved: references followed, units parsed, secrets revealed into `Secret`. */
export interface Model {
  readonly operator: Operator;
  /** In order of name. */
  readonly routers: readonly Router[];
  readonly services: readonly ServicePlan[];
  /** One entry per service of a subscriber, in order of `id`. */
  readonly subscriptions: readonly Subscription[];
  readonly portalSites: readonly PortalSite[];
  readonly omadaControllers: readonly OmadaController[];
  /** `authorize` of the Operator: a program of his that decides about logins. Absent: there is none. */
  readonly authorize?: AuthorizeHook;
  /** `notify` of the Operator: programs of his that are told what happens. Absent: there are none. */
  readonly webhooks?: readonly Webhook[];
  /** `radius.proxy` of the Operator: servers of others for people of foreign realms. Absent: there are none. */
  readonly proxy?: ProxySettings;
  /** Objects whose rows must not be deleted (annotation `lastmile/prevent-destroy`): `Subscriber/anna`. */
  readonly preventDestroy?: readonly string[];
  /** Rules of the operator's own, in order of name. Absent: there are none. */
  readonly policies?: readonly Policy[];
}
